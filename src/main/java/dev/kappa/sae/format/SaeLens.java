package dev.kappa.sae.format;

import dev.kappa.lm.HookPoint;
import dev.kappa.sae.SaeInput;
import dev.kappa.sae.SaeInput.Normalisation;
import dev.kappa.sae.SaeOptions;
import dev.kappa.sae.SaeShape;
import dev.kappa.sae.format.Blueprint.Firing;
import dev.kappa.sae.format.Blueprint.Matrix;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * SAELens' own layout: {@code cfg.json} and {@code sae_weights.safetensors}.
 *
 * <pre>
 *   W_enc [d, m]   b_enc [m]   W_dec [m, d]   b_dec [d]
 *   jumprelu: threshold [m]
 *   gated: b_gate [m], b_mag [m], r_mag [m] and no b_enc
 *   scaling_factor [m]: of old files; ones mean nothing
 * </pre>
 *
 * Version 6 keeps what concerns the model under {@code metadata}; older files are flat and call some things by
 * other names. Weights are used as they are stored, whatever {@code dtype} says.
 */
final class SaeLens implements Release {
    private static final String ARCHITECTURES = "standard, jumprelu, topk, gated (a transcoder does not rebuild its input)";

    @Override
    public String title() {
        return "SAELens";
    }

    @Override
    public String weights() {
        return "sae_weights.safetensors";
    }

    @Override
    public String config() {
        return "cfg.json";
    }

    @Override
    public Blueprint read(Path folder, SaeOptions options) {
        Config config = Config.read(folder.resolve(config()));
        boolean flat = isBefore6(config);
        Config metadata = flat ? config : config.object("metadata");
        refuseHeads(metadata);
        int dIn = config.count("d_in");
        int width = config.count("d_sae");
        Firing firing = firing(config, flat, width);
        boolean gated = firing instanceof Firing.Gated;
        try (Tensors tensors = Tensors.open(folder.resolve(weights()))) {
            tensors.expect("W_enc", dIn, width);
            tensors.expect("W_dec", width, dIn);
            tensors.expect("b_dec", dIn);
            tensors.expect(gated ? "b_gate" : "b_enc", width);
            if (gated) {
                tensors.expect("b_mag", width);
                tensors.expect("r_mag", width);
            }
            if (firing instanceof Firing.JumpRelu) {
                tensors.expect("threshold", width);
            }
            return new Blueprint(
                    shape(config, metadata, flat, firing, dIn, width),
                    folder.resolve(weights()),
                    Matrix.columns("W_enc"),
                    Matrix.rows("W_dec"),
                    Optional.of(gated ? "b_gate" : "b_enc"),
                    Optional.of("b_dec"),
                    Optional.empty(),
                    new SaeInput(normalisation(config), config.flag("apply_b_dec_to_input", true)),
                    firing,
                    folding(config, tensors, width));
        }
    }

    private static boolean isBefore6(Config config) {
        String version = config.text("sae_lens_version")
                .or(() -> config.object("metadata").text("sae_lens_version"))
                .orElse("0");
        String major = version.split("\\.", 2)[0];
        return !major.matches("\\d{1,4}") || Integer.parseInt(major) < 6;
    }

    private static void refuseHeads(Config metadata) {
        String key = metadata.either("hook_head_index", "hook_point_head_index");
        if (metadata.has(key)) {
            throw metadata.unsupported(key, "null (all heads)");
        }
    }

    private static Firing firing(Config config, boolean flat, int width) {
        String function = config.either("activation_fn", "activation_fn_str");
        String name = flat ? config.text(function).orElse("relu") : "relu";
        String architecture = config.text("architecture").orElse("standard");
        if (flat && name.equals("topk")) {
            Config arguments = config.object("activation_fn_kwargs");
            return topK(arguments, arguments.count("k"), width);
        }
        if (!name.equals("relu") && !(flat && architecture.equals("topk"))) {
            throw config.unsupported(function, "relu, topk");
        }
        return switch (architecture) {
            case "standard" -> new Firing.Relu();
            case "jumprelu" -> new Firing.JumpRelu("threshold");
            case "gated" -> new Firing.Gated("r_mag", "b_mag");
            case "topk" -> {
                boolean apart = flat && config.has("activation_fn_kwargs");
                Config arguments = apart ? config.object("activation_fn_kwargs") : config;
                yield topK(arguments, arguments.count("k", 100), width);
            }
            default -> throw config.unsupported("architecture", ARCHITECTURES);
        };
    }

    private static Firing topK(Config config, int k, int width) {
        if (k > width) {
            throw config.wrong("k", "at most the width, " + width);
        }
        return new Firing.TopK(k);
    }

    private static Normalisation normalisation(Config config) {
        JsonNode value = config.raw("normalize_activations");
        if (value.isMissingNode() || value.isNull() || value.isBoolean()) {
            // Old files: true means that an average norm has been folded into the weights.
            return Normalisation.NONE;
        }
        return switch (config.text("normalize_activations").orElseThrow()) {
            case "none", "expected_average_only_in" -> Normalisation.NONE;
            case "constant_norm_rescale" -> Normalisation.CONSTANT_NORM;
            case "layer_norm" -> Normalisation.LAYER_NORM;
            default -> throw config.unsupported(
                    "normalize_activations", "none, expected_average_only_in, constant_norm_rescale, layer_norm");
        };
    }

    private static SaeShape shape(Config config, Config metadata, boolean flat, Firing firing, int dIn, int width) {
        String reshape = config.text("reshape_activations").orElse("none");
        if (!reshape.equals("none") && !reshape.equals("hook_z")) {
            throw config.unsupported("reshape_activations", "none, hook_z");
        }
        Optional<HookPoint> hook =
                metadata.text(metadata.either("hook_name", "hook_point")).flatMap(HookNames::transformerLens);
        return Blueprint.shape("saelens", firing, dIn, width, hook, skipsStart(metadata, flat));
    }

    /** Statistics leave out the start token where training did: by its being special, or by its position. */
    private static boolean skipsStart(Config metadata, boolean flat) {
        JsonNode special = metadata.raw("exclude_special_tokens");
        boolean excluded = special.isBoolean() ? special.booleanValue() : special.isArray() && !special.isEmpty();
        boolean later = metadata.raw("seqpos_slice").path(0).intValue(0) > 0;
        return later || excluded && metadata.flag("prepend_bos", flat);
    }

    private static Folding folding(Config config, Tensors tensors, int width) {
        Folding rescale = config.flag("rescale_acts_by_decoder_norm", false) ? SaeLens::rescale : Folding.none();
        if (!tensors.has("scaling_factor")) {
            return rescale;
        }
        tensors.expect("scaling_factor", width);
        float[] factors = tensors.file().floats("scaling_factor");
        if (Factors.areOnes(factors)) {
            return rescale;
        }
        if (!config.flag("finetuning_scaling_factor", false)) {
            throw config.unsupported("finetuning_scaling_factor", "true, where scaling_factor is not all ones");
        }
        return parts -> {
            rescale.apply(parts);
            parts.decoderFactor = Factors.product(parts.decoderFactor, factors);
        };
    }

    /** Features in units in which the decoder rows have norm 1. */
    private static void rescale(Folding.Parts parts) {
        float[] norms = parts.decoderNorms();
        parts.encoderFactor = norms;
        parts.encoderBias = Factors.product(parts.encoderBias, norms);
        parts.decoderFactor = Factors.inverse(norms);
    }
}
