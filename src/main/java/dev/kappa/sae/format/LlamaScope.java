package dev.kappa.sae.format;

import dev.kappa.sae.SaeInput;
import dev.kappa.sae.SaeOptions;
import dev.kappa.sae.format.Blueprint.Firing;
import dev.kappa.sae.format.Blueprint.Matrix;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Llama Scope: {@code hyperparams.json} and {@code checkpoints/final.safetensors}.
 *
 * <pre>
 *   encoder.weight [m, d]   encoder.bias [m]   decoder.weight [d, m]   decoder.bias [d]
 * </pre>
 *
 * It was trained on activations scaled to norm √d on average, and its one threshold belongs to decoder columns of
 * norm 1. With s = √d / average norm and n_i = the norm of decoder column i:
 *
 * <ol>
 *   <li>encoder bias / s_in, decoder bias / s_out, decoder · s_in / s_out
 *   <li>decoder column i / n_i, encoder row i · n_i, encoder bias i · n_i
 *   <li>f = pre where pre = encoder · x + encoder bias exceeds the threshold
 * </ol>
 *
 * SAELens instead multiplies encoder and threshold by s_in, divides decoder and decoder bias by it, and leaves the
 * columns' norms alone; {@link SaeOptions#saelensCompat} does the same, in f32. {@code top_k} is a leftover of
 * training. Statistics leave out the start token.
 */
final class LlamaScope implements Release {
    @Override
    public String title() {
        return "Llama Scope";
    }

    @Override
    public String weights() {
        return "checkpoints/final.safetensors";
    }

    @Override
    public String config() {
        return "hyperparams.json";
    }

    @Override
    public Blueprint read(Path folder, SaeOptions options) {
        Config config = Config.read(folder.resolve(config()));
        check(config);
        int dIn = config.count("d_model");
        int width = config.count("d_sae");
        boolean bias = config.flag("use_decoder_bias", true);
        Firing firing = new Firing.Threshold("jumprelu", (float) config.number("jump_relu_threshold"));
        try (Tensors tensors = Tensors.open(folder.resolve(weights()))) {
            tensors.expect("encoder.weight", width, dIn);
            tensors.expect("encoder.bias", width);
            tensors.expect("decoder.weight", dIn, width);
            if (bias) {
                tensors.expect("decoder.bias", dIn);
            }
        }
        return new Blueprint(
                Blueprint.shape("llama_scope", firing, dIn, width,
                        config.text("hook_point_in").flatMap(HookNames::transformerLens), true),
                folder.resolve(weights()),
                Matrix.rows("encoder.weight"),
                Matrix.columns("decoder.weight"),
                Optional.of("encoder.bias"),
                bias ? Optional.of("decoder.bias") : Optional.empty(),
                Optional.empty(),
                SaeInput.plain(false),
                firing,
                folding(config, dIn, options));
    }

    private static void check(Config config) {
        if (!config.text("act_fn").equals(Optional.of("jumprelu"))) {
            throw config.unsupported("act_fn", "\"jumprelu\"");
        }
        if (!config.text("norm_activation").equals(Optional.of("dataset-wise"))) {
            throw config.unsupported("norm_activation", "\"dataset-wise\"");
        }
        if (!config.flag("sparsity_include_decoder_norm", true)) {
            throw config.unsupported("sparsity_include_decoder_norm", "true");
        }
        if (config.flag("use_glu_encoder", false)) {
            throw config.unsupported("use_glu_encoder", "false");
        }
        if (config.flag("apply_decoder_bias_to_pre_encoder", false)) {
            throw config.unsupported("apply_decoder_bias_to_pre_encoder", "false");
        }
        if (!config.text("hook_point_in").equals(config.text("hook_point_out"))) {
            throw config.unsupported("hook_point_out", "the same as 'hook_point_in', " + config.shown("hook_point_in")
                    + " (a transcoder does not rebuild its input)");
        }
    }

    private static Folding folding(Config config, int dIn, SaeOptions options) {
        Config norms = config.object("dataset_average_activation_norm");
        double in = Math.sqrt(dIn) / positive(norms, "in");
        double out = Math.sqrt(dIn) / positive(norms, "out");
        return options.saelensCompat() ? parts -> asSaeLens(parts, in) : parts -> asPublished(parts, in, out);
    }

    private static double positive(Config norms, String key) {
        double norm = norms.number(key);
        if (norm <= 0) {
            throw norms.wrong(key, "above zero");
        }
        return norm;
    }

    private static void asPublished(Folding.Parts parts, double in, double out) {
        float[] norms = Factors.product(parts.decoderNorms(), in / out);
        parts.encoderBias = Factors.product(Factors.product(parts.encoderBias, 1 / in), norms);
        parts.decoderBias = Factors.product(parts.decoderBias, 1 / out);
        parts.encoderFactor = norms;
        parts.decoderFactor = Factors.product(Factors.inverse(norms), in / out);
    }

    private static void asSaeLens(Folding.Parts parts, double in) {
        parts.threshold = Factors.product(parts.threshold, in);
        parts.encoderFactor = Factors.filled(parts.encoderBias.length, in);
        parts.decoderFactor = Factors.filled(parts.encoderBias.length, 1 / in);
        parts.decoderBias = Factors.product(parts.decoderBias, 1 / in);
    }
}
