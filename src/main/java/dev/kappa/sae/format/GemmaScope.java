package dev.kappa.sae.format;

import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.HookPoint.Site;
import dev.kappa.sae.SaeInput;
import dev.kappa.sae.SaeOptions;
import dev.kappa.sae.format.Blueprint.Firing;
import dev.kappa.sae.format.Blueprint.Matrix;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gemma Scope: {@code params.npz} and no configuration; the rest is in the path, {@code
 * gemma-scope-2b-pt-res/layer_12/width_16k/average_l0_82}.
 *
 * <pre>
 *   W_enc [d, m]   b_enc [m]   threshold [m]   W_dec [m, d]   b_dec [d]
 *   f = pre where pre = x · W_enc + b_enc exceeds the latent's threshold; x̂ = f · W_dec + b_dec
 * </pre>
 *
 * The decoder bias is not subtracted from the input, and thresholds are no logarithms. Statistics leave out the
 * start token. Old copies spell the matrices with a small w.
 */
final class GemmaScope implements Release {
    private static final Pattern REPOSITORY = Pattern.compile("gemma-scope-.*-(res|mlp|att|transcoders)");
    private static final Pattern LAYER = Pattern.compile("layer_(\\d{1,4})");

    @Override
    public String title() {
        return "Gemma Scope";
    }

    @Override
    public String weights() {
        return "params.npz";
    }

    @Override
    public String config() {
        return "";
    }

    @Override
    public Blueprint read(Path folder, SaeOptions options) {
        List<String> names = HookNames.folders(folder, options);
        refuse(names);
        try (Tensors tensors = Tensors.open(folder.resolve(weights()))) {
            String encoder = tensors.has("W_enc") ? "W_enc" : "w_enc";
            String decoder = encoder.equals("W_enc") ? "W_dec" : "w_dec";
            int dIn = tensors.matrix(encoder)[0];
            int width = tensors.matrix(encoder)[1];
            tensors.expect(encoder, dIn, width);
            tensors.expect(decoder, width, dIn);
            tensors.expect("b_enc", width);
            tensors.expect("b_dec", dIn);
            tensors.expect("threshold", width);
            refuseFactor(tensors, width);
            Firing firing = new Firing.JumpRelu("threshold");
            return new Blueprint(
                    Blueprint.shape("gemma_scope", firing, dIn, width, hook(names), true),
                    folder.resolve(weights()),
                    Matrix.columns(encoder),
                    Matrix.rows(decoder),
                    Optional.of("b_enc"),
                    Optional.of("b_dec"),
                    Optional.empty(),
                    SaeInput.plain(false),
                    firing,
                    Folding.none());
        }
    }

    private static void refuse(List<String> names) {
        if (repository(names).filter("transcoders"::equals).isPresent()) {
            throw Fault.user("unsupported_dictionary", "Gemma Scope's transcoders do not rebuild their input; its res, mlp"
                    + " and att dictionaries are supported");
        }
        if (names.contains("embedding")) {
            throw Fault.user("unsupported_dictionary", "Gemma Scope's 'embedding' dictionaries are not supported: whether"
                    + " they read the embedding before or after its scaling is not published");
        }
    }

    private static void refuseFactor(Tensors tensors, int width) {
        if (tensors.has("scaling_factor")) {
            tensors.expect("scaling_factor", width);
            if (!Factors.areOnes(tensors.file().floats("scaling_factor"))) {
                throw Fault.user("unsupported_dictionary", "params.npz has a 'scaling_factor' that is not all ones");
            }
        }
    }

    /** Only the repository's name says which of a layer's places it is. */
    private static Optional<HookPoint> hook(List<String> names) {
        Optional<Integer> layer = names.stream()
                .map(LAYER::matcher)
                .filter(Matcher::matches)
                .map(matcher -> Integer.parseInt(matcher.group(1)))
                .findFirst();
        return layer.flatMap(number -> repository(names).map(place -> new HookPoint(
                switch (place) {
                    case "res" -> Site.RESID_POST;
                    case "mlp" -> Site.MLP_OUT;
                    default -> Site.Z;
                },
                number)));
    }

    private static Optional<String> repository(List<String> names) {
        return names.stream()
                .map(REPOSITORY::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .findFirst();
    }
}
