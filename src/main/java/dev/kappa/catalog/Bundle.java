package dev.kappa.catalog;

import dev.kappa.fault.Fault;
import dev.kappa.home.Home;
import dev.kappa.store.CopyTime;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.CRC32;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.util.FileSystemUtils;

/**
 * What comes with the product, on the class path: {@code models/<id>/…}, {@code saes/<id>/…},
 * {@code corpora/<id>.<ending>} and {@code pairs/<id>.json} below a root, with {@code .md} cards beside them. Weights are mapped, so each thing is
 * unpacked once into a folder of the home that is named after its content.
 */
final class Bundle {
    private final String root;
    private final Path target;

    /** A bundle at {@code root} of the class path, such as {@code bundled/}. */
    Bundle(String root, Home home) {
        this.root = root;
        this.target = home.folder("bundled");
    }

    /** The folders or files of a shelf by id, unpacked. */
    SortedMap<String, Path> unpack(Shelf shelf) {
        SortedMap<String, Path> found = new TreeMap<>();
        switch (shelf) {
            case MODEL -> unpack("models/", found);
            case SAE -> unpack("saes/", found);
            case CORPUS -> {
                unpack("corpora/", found);
                unpack("pairs/", found);
            }
        }
        return found;
    }

    private void unpack(String section, SortedMap<String, Path> found) {
        boolean single = section.equals("corpora/") || section.equals("pairs/");
        Map<String, SortedMap<String, byte[]>> things = new TreeMap<>();
        try {
            for (Resource resource : resources(section)) {
                String url = resource.getURL().toString();
                String path = url.substring(url.lastIndexOf(root + section) + (root + section).length());
                boolean card = single && path.endsWith(".md");
                if (path.isEmpty() || path.endsWith("/") || card || !resource.isReadable()) {
                    continue;
                }
                int slash = path.indexOf('/');
                String id = slash >= 0 ? path.substring(0, slash) : path.substring(0, path.lastIndexOf('.'));
                try (InputStream in = resource.getInputStream()) {
                    things.computeIfAbsent(id, any -> new TreeMap<>()).put(path.substring(slash + 1), in.readAllBytes());
                }
            }
            for (Map.Entry<String, SortedMap<String, byte[]>> thing : things.entrySet()) {
                Path folder = write(thing.getValue());
                found.put(thing.getKey(), single ? folder.resolve(thing.getValue().firstKey()) : folder);
            }
        } catch (IOException e) {
            throw Fault.external("bundle_unwritable", "'" + target + "' cannot be written: " + e, e);
        }
    }

    private Resource[] resources(String section) throws IOException {
        try {
            return new PathMatchingResourcePatternResolver().getResources("classpath*:" + root + section + "**");
        } catch (FileNotFoundException nothingThere) {
            return new Resource[0];
        }
    }

    /** Computed at every start, of what we made ourselves: it tells versions of the product apart, quickly. */
    private static String checksum(byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        return Long.toHexString(crc.getValue()) + " " + content.length;
    }

    /** Unpacks files into a folder that appears complete or not at all. */
    private Path write(SortedMap<String, byte[]> files) throws IOException {
        StringBuilder lines = new StringBuilder();
        files.forEach((name, content) -> lines.append(checksum(content)).append("  ").append(name).append('\n'));
        Path folder = target.resolve(Contents.sha256(lines.toString().getBytes(StandardCharsets.UTF_8)));
        if (Files.isDirectory(folder)) {
            return folder;
        }
        Path part = target.resolve("." + UUID.randomUUID() + ".part");
        try {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path path = part.resolve(file.getKey()).normalize();
                Files.createDirectories(path.getParent());
                Files.write(path, file.getValue());
                CopyTime.set(path);
            }
            Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            FileSystemUtils.deleteRecursively(part);
        }
        return folder;
    }
}
