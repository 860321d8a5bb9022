package dev.kappa.transfer;

import dev.kappa.store.Hashes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An archive taken apart, to be looked at or to be put together otherwise. */
final class Archive {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    static Archive of(byte[] zip) throws IOException {
        Archive archive = new Archive();
        ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip));
        for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
            archive.entries.put(entry.getName(), in.readAllBytes());
        }
        return archive;
    }

    Map<String, byte[]> entries() {
        return entries;
    }

    JsonNode json(String path) {
        return JSON.readTree(entries.get(path));
    }

    /** Changes a document and nothing else. */
    Archive edit(String path, Consumer<ObjectNode> change) {
        ObjectNode document = (ObjectNode) json(path);
        change.accept(document);
        return put(path, JSON.writeValueAsString(document));
    }

    Archive put(String path, String text) {
        entries.put(path, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    Archive remove(String path) {
        entries.remove(path);
        return this;
    }

    /** Makes the manifest say what is there. */
    Archive sealed() {
        return edit("manifest.json", manifest -> {
            ArrayNode files = manifest.putArray("files");
            entries.forEach((path, content) -> {
                if (!path.equals("manifest.json")) {
                    ObjectNode file = files.addObject();
                    file.put("path", path);
                    file.put("bytes", content.length);
                    file.put("sha256", HexFormat.of().formatHex(Hashes.start().digest(content)));
                }
            });
        });
    }

    byte[] zip() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (var entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    static Path file(byte[] bytes) throws IOException {
        return Files.write(Files.createTempFile(Path.of("target"), "archive", ".zip"), bytes);
    }
}
