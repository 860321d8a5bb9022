package dev.kappa.weights;

import dev.kappa.fault.Fault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * Writes safetensors files (the format is described at {@link Safetensors}).
 *
 * <p>Equal input gives equal bytes, whatever the order of the maps, and the same bytes as the reference
 * writer's: tensors from the widest type to the narrowest, then by name; metadata by key; the header
 * padded with spaces to a multiple of 8.
 */
public final class SafetensorsWriter {
    /** The reference's order of types; those of equal width have a fixed order too. */
    private static final List<ElementType> WIDEST_FIRST =
            List.of(ElementType.I64, ElementType.F64, ElementType.F32, ElementType.BF16, ElementType.F16);

    private static final JsonFactory JSON =
            JsonFactory.builder().disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES).build();

    private SafetensorsWriter() {}

    /**
     * Writes a file so that readers see all of it or nothing, also after a crash: into a temporary file of
     * the same folder, forced to disk, then renamed over {@code target}.
     */
    public static void write(Path target, Map<String, TensorData> tensors, Map<String, String> metadata) {
        Path folder = target.toAbsolutePath().getParent();
        Path temporary = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                write(new LittleEndianOutput(channel), tensors, metadata);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel renamed = FileChannel.open(folder, StandardOpenOption.READ)) {
                renamed.force(true);
            }
        } catch (IOException | UncheckedIOException e) {
            throw Fault.external("weights_unwritable", target.getFileName() + " cannot be written: " + e, e);
        } finally {
            deleteQuietly(temporary);
        }
    }

    /** The bytes of a file. */
    public static byte[] toBytes(Map<String, TensorData> tensors, Map<String, String> metadata) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        write(new LittleEndianOutput(Channels.newChannel(bytes)), tensors, metadata);
        return bytes.toByteArray();
    }

    private static void write(LittleEndianOutput output, Map<String, TensorData> tensors, Map<String, String> metadata) {
        List<Map.Entry<String, TensorData>> ordered = new ArrayList<>(tensors.entrySet());
        ordered.sort(Comparator
                .comparingInt((Map.Entry<String, TensorData> entry) -> WIDEST_FIRST.indexOf(entry.getValue().type()))
                .thenComparing(Map.Entry::getKey, SafetensorsWriter::compareAsBytes));
        byte[] header = header(ordered, metadata);
        output.i64(new long[] {header.length});
        output.bytes(header);
        ordered.forEach(entry -> entry.getValue().write(output));
        output.flush();
    }

    private static int compareAsBytes(String left, String right) {
        return Arrays.compareUnsigned(left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] header(List<Map.Entry<String, TensorData>> tensors, Map<String, String> metadata) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                checkMetadata(metadata);
                json.writeName("__metadata__");
                json.writeStartObject();
                new TreeMap<>(metadata).forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            long offset = 0;
            for (Map.Entry<String, TensorData> entry : tensors) {
                offset = writeEntry(json, entry.getKey(), entry.getValue(), offset);
            }
            json.writeEndObject();
        }
        while (bytes.size() % 8 != 0) {
            bytes.write(' ');
        }
        return bytes.toByteArray();
    }

    /** What a reader would refuse is not written. */
    private static void checkMetadata(Map<String, String> metadata) {
        long length = 0;
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            length += entry.getKey().length() + entry.getValue().length();
            if (entry.getKey().length() > StrictJson.LONGEST_NAME || length > StrictJson.LONGEST_STRING) {
                throw new IllegalArgumentException("metadata '" + entry.getKey() + "' has a key of more than "
                        + StrictJson.LONGEST_NAME + " characters, or all together have more than "
                        + StrictJson.LONGEST_STRING);
            }
        }
    }

    private static long writeEntry(JsonGenerator json, String name, TensorData tensor, long begin) {
        if (name.equals("__metadata__") || name.length() > StrictJson.LONGEST_NAME) {
            throw new IllegalArgumentException("a tensor cannot have the name '" + name + "'");
        }
        long end = Math.addExact(begin, tensor.bytes());
        json.writeName(name);
        json.writeStartObject();
        json.writeStringProperty("dtype", tensor.type().name());
        json.writeName("shape");
        writeNumbers(json, tensor.shape());
        json.writeName("data_offsets");
        writeNumbers(json, List.of(begin, end));
        json.writeEndObject();
        return end;
    }

    private static void writeNumbers(JsonGenerator json, List<Long> numbers) {
        json.writeStartArray();
        numbers.forEach(json::writeNumber);
        json.writeEndArray();
    }

    private static void deleteQuietly(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // The write itself has succeeded or failed; a stray file changes neither.
        }
    }
}
