package dev.kappa.sae.format;

import dev.kappa.sae.SaeInput;
import dev.kappa.sae.SaeOptions;
import dev.kappa.sae.format.Blueprint.Firing;
import dev.kappa.sae.format.Blueprint.Matrix;
import java.nio.file.Path;
import java.util.Optional;

/**
 * EleutherAI sparsify: {@code cfg.json} and {@code sae.safetensors} in a folder that is named after the module
 * whose output is read, such as {@code layers.3.mlp}.
 *
 * <pre>
 *   encoder.weight [m, d]   encoder.bias [m]   W_dec [m, d]   b_dec [d]   W_skip [d, d] with a skip connection
 *   f = the k largest of relu((x − b_dec) · encoderᵀ + bias), or the largest of each of k groups
 *   x̂ = f · W_dec + b_dec + x · W_skipᵀ
 * </pre>
 *
 * {@code num_latents} is the width where it is given, and d · {@code expansion_factor} where not. Decoder rows have
 * norm 1 on disk already.
 */
final class Sparsify implements Release {
    @Override
    public String title() {
        return "EleutherAI sparsify";
    }

    @Override
    public String weights() {
        return "sae.safetensors";
    }

    @Override
    public String config() {
        return "cfg.json";
    }

    @Override
    public Blueprint read(Path folder, SaeOptions options) {
        Config config = Config.read(folder.resolve(config()));
        check(config);
        boolean skip = config.flag("skip_connection", false);
        int dIn = config.count("d_in");
        int width = width(config, dIn);
        Firing firing = firing(config, width);
        try (Tensors tensors = Tensors.open(folder.resolve(weights()))) {
            tensors.expect("encoder.weight", width, dIn);
            tensors.expect("encoder.bias", width);
            tensors.expect("W_dec", width, dIn);
            tensors.expect("b_dec", dIn);
            if (skip) {
                tensors.expect("W_skip", dIn, dIn);
            }
        }
        var hook = HookNames.folders(folder, options).stream().flatMap(name -> HookNames.module(name).stream()).findFirst();
        return new Blueprint(
                Blueprint.shape("sparsify", firing, dIn, width, hook, false),
                folder.resolve(weights()),
                Matrix.rows("encoder.weight"),
                Matrix.rows("W_dec"),
                Optional.of("encoder.bias"),
                Optional.of("b_dec"),
                skip ? Optional.of("W_skip") : Optional.empty(),
                SaeInput.plain(true),
                firing,
                Folding.none());
    }

    private static int width(Config config, int dIn) {
        boolean unset = !config.has("num_latents") || config.shown("num_latents").equals("0");
        if (!unset) {
            return config.count("num_latents");
        }
        long width = (long) dIn * config.count("expansion_factor", 32);
        if (width > Integer.MAX_VALUE) {
            throw config.wrong("expansion_factor", "so small that " + dIn + " times it is less than 2^31");
        }
        return (int) width;
    }

    private static void check(Config config) {
        if (config.flag("transcode", false)) {
            throw config.unsupported("transcode", "false (a transcoder does not rebuild its input)");
        }
        if (config.flag("skip_connection", false) && !config.has("transcode")) {
            throw config.unsupported("transcode", "false, said in so many words: the first transcoders were published with a"
                    + " 'skip_connection' and without this key");
        }
        if (config.flag("signed", false)) {
            throw config.unsupported("signed", "false");
        }
    }

    private static Firing firing(Config config, int width) {
        int k = config.count("k", 32);
        return switch (config.text("activation").orElse("topk")) {
            case "topk" -> {
                if (k > width) {
                    throw config.wrong("k", "at most the width, " + width);
                }
                yield new Firing.TopK(k);
            }
            case "groupmax" -> {
                if (width % k != 0) {
                    throw config.wrong("k", "a divisor of the width, " + width);
                }
                yield new Firing.GroupMax(k);
            }
            default -> throw config.unsupported("activation", "topk, groupmax");
        };
    }
}
