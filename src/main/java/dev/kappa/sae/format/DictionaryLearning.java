package dev.kappa.sae.format;

import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.sae.SaeInput;
import dev.kappa.sae.SaeOptions;
import dev.kappa.sae.format.Blueprint.Firing;
import dev.kappa.sae.format.Blueprint.Matrix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The {@code dictionary_learning} library and the Pythia dictionaries of Marks et al.: {@code ae.pt}, and {@code
 * config.json} whose {@code trainer.dict_class} says which class it is. Linear layers are stored as [m, d] for the
 * encoder and [d, m] for the decoder.
 *
 * <pre>
 *   AutoEncoder             bias, encoder.weight, encoder.bias, decoder.weight
 *                           relu(encoder(x − bias)); columns of the decoder are brought to norm 1
 *   AutoEncoderNew          encoder.weight, encoder.bias, decoder.weight, decoder.bias; nothing is subtracted
 *   GatedAutoEncoder        decoder_bias, encoder.weight, r_mag, gate_bias, mag_bias, decoder.weight
 *   AutoEncoderTopK         b_dec, encoder.weight, encoder.bias, decoder.weight, k
 *   BatchTopKSAE            the same and threshold: what is above it, strictly, not the k largest
 *   MatryoshkaBatchTopKSAE  W_enc [d, m], W_dec [m, d], b_enc, b_dec, k, threshold
 *   JumpReluAutoEncoder     W_enc [d, m], W_dec [m, d], b_enc, b_dec, threshold [m]; nothing is subtracted
 * </pre>
 *
 * Without a configuration the class is told by the tensors, except where two classes have the same.
 */
final class DictionaryLearning implements Release {
    private static final String CLASSES = "AutoEncoder, AutoEncoderNew, GatedAutoEncoder, AutoEncoderTopK, BatchTopKSAE,"
            + " MatryoshkaBatchTopKSAE, JumpReluAutoEncoder";

    /** The layouts' common parts, by the names of their tensors. */
    private record Layout(
            Matrix encoder, Matrix decoder, String encoderBias, String decoderBias, boolean subtracts, Folding folding) {
        /** Two linear layers. */
        static Layout linear(String encoderBias, String decoderBias, boolean subtracts) {
            return new Layout(Matrix.rows("encoder.weight"), Matrix.columns("decoder.weight"), encoderBias, decoderBias,
                    subtracts, Folding.none());
        }

        /** Two bare matrices. */
        static Layout bare(boolean subtracts) {
            return new Layout(Matrix.columns("W_enc"), Matrix.rows("W_dec"), "b_enc", "b_dec", subtracts, Folding.none());
        }

        Layout with(Folding folding) {
            return new Layout(encoder, decoder, encoderBias, decoderBias, subtracts, folding);
        }
    }

    @Override
    public String title() {
        return "dictionary_learning";
    }

    @Override
    public String weights() {
        return "ae.pt";
    }

    @Override
    public String config() {
        return "";
    }

    @Override
    public Blueprint read(Path folder, SaeOptions options) {
        Optional<Config> trainer = trainer(folder.resolve("config.json"));
        try (Tensors tensors = Tensors.open(folder.resolve(weights()))) {
            String name = trainer.flatMap(config -> config.text("dict_class")).orElseGet(() -> classOf(tensors));
            Layout layout =
                    switch (name) {
                        case "AutoEncoder" -> Layout.linear("encoder.bias", "bias", true)
                                .with(DictionaryLearning::unitColumns);
                        case "AutoEncoderNew" -> Layout.linear("encoder.bias", "decoder.bias", false);
                        case "GatedAutoEncoder" -> Layout.linear("gate_bias", "decoder_bias", true);
                        case "AutoEncoderTopK", "BatchTopKSAE" -> Layout.linear("encoder.bias", "b_dec", true);
                        case "MatryoshkaBatchTopKSAE" -> Layout.bare(true);
                        case "JumpReluAutoEncoder" -> Layout.bare(false);
                        default -> throw trainer.orElseThrow().unsupported("dict_class", CLASSES);
                    };
            int[] sizes = tensors.matrix(layout.encoder().name());
            int width = sizes[layout.encoder().transposed() ? 1 : 0];
            int dIn = sizes[layout.encoder().transposed() ? 0 : 1];
            expect(tensors, layout, width, dIn);
            Firing firing = firing(name, tensors, trainer, width);
            return new Blueprint(
                    Blueprint.shape("dictionary_learning", firing, dIn, width, hook(folder, options, trainer), false),
                    folder.resolve(weights()),
                    layout.encoder(),
                    layout.decoder(),
                    Optional.of(layout.encoderBias()),
                    Optional.of(layout.decoderBias()),
                    Optional.empty(),
                    SaeInput.plain(layout.subtracts()),
                    firing,
                    layout.folding());
        }
    }

    /** The oldest files say other things in their config.json, none of which is needed. */
    private static Optional<Config> trainer(Path path) {
        if (!Files.isRegularFile(path)) {
            return Optional.empty();
        }
        Config config = Config.read(path);
        return config.raw("trainer").isObject() ? Optional.of(config.object("trainer")) : Optional.empty();
    }

    private static String classOf(Tensors tensors) {
        if (tensors.has("gate_bias")) {
            return "GatedAutoEncoder";
        }
        if (tensors.has("encoder.weight") && tensors.has("bias")) {
            return "AutoEncoder";
        }
        if (tensors.has("encoder.weight") && tensors.has("decoder.bias")) {
            return "AutoEncoderNew";
        }
        if (tensors.has("W_enc") && tensors.has("threshold")) {
            return tensors.has("k") ? "MatryoshkaBatchTopKSAE" : "JumpReluAutoEncoder";
        }
        throw Fault.user("unknown_dictionary_format", "ae.pt has the tensors " + tensors.file().tensors().keySet()
                + ", which do not tell its class: put config.json with 'trainer.dict_class' beside it; accepted: "
                + CLASSES);
    }

    private static void expect(Tensors tensors, Layout layout, int width, int dIn) {
        expect(tensors, layout.encoder(), width, dIn);
        expect(tensors, layout.decoder(), width, dIn);
        tensors.expect(layout.encoderBias(), width);
        tensors.expect(layout.decoderBias(), dIn);
    }

    private static void expect(Tensors tensors, Matrix matrix, int width, int dIn) {
        if (matrix.transposed()) {
            tensors.expect(matrix.name(), dIn, width);
        } else {
            tensors.expect(matrix.name(), width, dIn);
        }
    }

    private static Firing firing(String name, Tensors tensors, Optional<Config> trainer, int width) {
        return switch (name) {
            case "GatedAutoEncoder" -> {
                tensors.expect("r_mag", width);
                tensors.expect("mag_bias", width);
                yield new Firing.Gated("r_mag", "mag_bias");
            }
            case "AutoEncoderTopK" -> new Firing.TopK(k(tensors, trainer, width));
            case "BatchTopKSAE", "MatryoshkaBatchTopKSAE" -> new Firing.Threshold("batchtopk", threshold(tensors));
            case "JumpReluAutoEncoder" -> {
                tensors.expect("threshold", width);
                yield new Firing.JumpRelu("threshold");
            }
            default -> new Firing.Relu();
        };
    }

    private static int k(Tensors tensors, Optional<Config> trainer, int width) {
        Optional<Integer> said = trainer.filter(config -> config.has("k")).map(config -> config.count("k"));
        long k = tensors.has("k") ? single(tensors.file().longs("k")) : said.orElse(0);
        if (k < 1 || k > width || said.isPresent() && said.get() != k) {
            throw Fault.user("dictionary_malformed", "ae.pt: 'k' is " + k
                    + said.map(other -> ", in config.json " + other).orElse("")
                    + "; it must be the same, from 1 to the width, " + width);
        }
        return (int) k;
    }

    private static long single(long[] values) {
        return values.length == 1 ? values[0] : 0;
    }

    /** Training sets it after some steps; until then it is -1, and no latent would be held back. */
    private static float threshold(Tensors tensors) {
        float[] values = tensors.file().floats("threshold");
        if (values.length != 1 || !(values[0] >= 0)) {
            throw Fault.user("unsupported_dictionary", "ae.pt: 'threshold' is "
                    + (values.length == 1 ? values[0] : "not one number") + "; it must have been set to a number that is not negative, in training");
        }
        return values[0];
    }

    private static void unitColumns(Folding.Parts parts) {
        float[] norms = parts.decoderNorms();
        if (!Factors.areOnes(norms)) {
            parts.encoderFactor = norms;
            parts.encoderBias = Factors.product(parts.encoderBias, norms);
            parts.decoderFactor = Factors.inverse(norms);
        }
    }

    private static Optional<HookPoint> hook(Path folder, SaeOptions options, Optional<Config> trainer) {
        return trainer.flatMap(config -> config.text("submodule_name"))
                .flatMap(HookNames::placeAndLayer)
                .or(() -> HookNames.folders(folder, options).stream()
                        .flatMap(name -> HookNames.placeAndLayer(name).stream())
                        .findFirst());
    }
}
