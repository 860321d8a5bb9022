package dev.kappa.sae;

import ai.djl.ndarray.NDArray;
import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.tensor.Scope;
import dev.kappa.weights.ElementType;
import dev.kappa.weights.SafetensorsWriter;
import dev.kappa.weights.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes dictionaries in SAELens' layout, version 6: {@code cfg.json} and {@code sae_weights.safetensors}
 * with ReLU ({@code standard}), JumpReLU or TopK. The two matrices may be stored as f16; biases and thresholds
 * stay f32, because they decide what fires.
 */
public final class SaeLensWriter {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private SaeLensWriter() {}

    /**
     * What the files say about the model.
     *
     * @param modelName empty where there is none
     * @param prependsBos whether the model was fed a start token
     * @param contextLength tokens of a training sequence; 0 where there were none
     */
    public record About(String modelName, boolean prependsBos, int contextLength) {
        public static About nothing() {
            return new About("", false, 0);
        }
    }

    /** Writes a new folder so that readers see all of it or nothing. */
    public static void write(Path folder, DenseSae sae, About about, ElementType matrices) {
        Map<String, byte[]> files = files(sae, about, matrices);
        Path target = folder.toAbsolutePath();
        Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            Files.createDirectories(temporary);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(temporary.resolve(file.getKey()), file.getValue());
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw Fault.external("dictionary_unwritable", target.getFileName() + " cannot be written: " + e, e);
        } finally {
            delete(temporary, files);
        }
    }

    private static void delete(Path temporary, Map<String, byte[]> files) {
        try {
            for (String name : files.keySet()) {
                Files.deleteIfExists(temporary.resolve(name));
            }
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // The write itself has succeeded or failed; a stray folder changes neither.
        }
    }

    /** Contents by file name. */
    public static Map<String, byte[]> files(DenseSae sae, About about, ElementType matrices) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("cfg.json", JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config(sae, about)));
        files.put("sae_weights.safetensors", SafetensorsWriter.toBytes(tensors(sae, matrices), Map.of()));
        return files;
    }

    private static ObjectNode config(DenseSae sae, About about) {
        SaeShape shape = sae.shape();
        ObjectNode config = JSON.createObjectNode();
        config.put("architecture", architecture(sae));
        config.put("d_in", shape.dIn());
        config.put("d_sae", shape.width());
        config.put("dtype", "float32");
        config.put("device", "cpu");
        config.put("apply_b_dec_to_input", sae.input().subtractsDecoderBias());
        config.put("normalize_activations", normalisation(sae.input()));
        config.put("reshape_activations", readsHeads(shape) ? "hook_z" : "none");
        if (sae.activation() instanceof Activation.TopK top) {
            config.put("k", top.k());
            config.put("rescale_acts_by_decoder_norm", false);
        }
        ObjectNode metadata = config.putObject("metadata");
        metadata.put("sae_lens_version", "6.0.0");
        if (!about.modelName().isEmpty()) {
            metadata.put("model_name", about.modelName());
        }
        shape.hook().ifPresent(hook -> metadata.put("hook_name", hook.toString()));
        metadata.put("prepend_bos", about.prependsBos());
        metadata.put("exclude_special_tokens", shape.skipsStart());
        if (about.contextLength() > 0) {
            metadata.put("context_size", about.contextLength());
        }
        return config;
    }

    private static boolean readsHeads(SaeShape shape) {
        return shape.hook().filter(hook -> hook.site() == HookPoint.Site.Z).isPresent();
    }

    private static String architecture(DenseSae sae) {
        if (sae.weights().skip().isEmpty()) {
            if (sae.activation() instanceof Activation.Relu) {
                return "standard";
            }
            if (sae.activation() instanceof Activation.JumpRelu) {
                return "jumprelu";
            }
            if (sae.activation() instanceof Activation.TopK) {
                return "topk";
            }
        }
        throw Fault.user("unsupported_dictionary", "dictionaries with relu, jumprelu or topk and without skip weights are"
                + " written, not one with " + sae.activation().name());
    }

    private static String normalisation(SaeInput input) {
        return switch (input.normalisation()) {
            case NONE -> "none";
            case CONSTANT_NORM -> "constant_norm_rescale";
            case LAYER_NORM -> "layer_norm";
        };
    }

    private static Map<String, TensorData> tensors(DenseSae sae, ElementType matrices) {
        SaeWeights weights = sae.weights();
        int dIn = sae.shape().dIn();
        int width = sae.shape().width();
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        // DJL leaves the contiguous copy that it reads from in the scope of the array that was asked.
        try (Scope scope = Scope.within(weights.encoder())) {
            NDArray columns = scope.keep(weights.encoder().transpose());
            tensors.put("W_enc", matrix(columns.toFloatArray(), matrices, dIn, width));
        }
        tensors.put("b_enc", TensorData.f32(weights.encoderBias().toFloatArray(), width));
        tensors.put("W_dec", matrix(weights.decoder().toFloatArray(), matrices, width, dIn));
        tensors.put("b_dec", TensorData.f32(weights.decoderBias().toFloatArray(), dIn));
        if (sae.activation() instanceof Activation.JumpRelu jump) {
            tensors.put("threshold", TensorData.f32(perLatent(jump.threshold().toFloatArray(), width), width));
        }
        return tensors;
    }

    private static TensorData matrix(float[] values, ElementType type, long... shape) {
        return switch (type) {
            case F32 -> TensorData.f32(values, shape);
            case F16 -> TensorData.f16(values, shape);
            default -> throw new IllegalArgumentException("matrices are stored as F32 or F16, not " + type);
        };
    }

    private static float[] perLatent(float[] threshold, int width) {
        if (threshold.length == width) {
            return threshold;
        }
        float[] all = new float[width];
        Arrays.fill(all, threshold[0]);
        return all;
    }
}
