package dev.kappa.catalog;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Which files of a place belong to a thing. */
final class Layout {
    private static final List<String> TOKENIZER = List.of("tokenizer.json", "tokenizer_config.json");
    private static final List<String> CORPUS_ENDINGS = List.of(".safetensors", ".jsonl", ".json", ".txt");
    /** Releases keep their files in the folder itself or one below it. */
    private static final int SAE_DEPTH = 2;

    private Layout() {}

    /** All of them. */
    static List<Path> of(Shelf shelf, Path location) {
        return switch (shelf) {
            case MODEL -> Stream.concat(weights(location).stream(), tokenizer(location).stream()).toList();
            case SAE -> dictionary(location);
            case CORPUS -> List.of(location);
        };
    }

    static String fingerprint(Shelf shelf, Path location) {
        return Contents.fingerprint(folder(shelf, location), of(shelf, location));
    }

    /** What identifies a thing: of a model, without its tokenizer. */
    static Contents contents(Shelf shelf, Path location) {
        return Contents.of(folder(shelf, location), shelf == Shelf.MODEL ? weights(location) : of(shelf, location));
    }

    /** The folder that names are relative to. */
    static Path folder(Shelf shelf, Path location) {
        return shelf == Shelf.CORPUS || Files.isRegularFile(location) ? location.getParent() : location;
    }

    /** A model's configuration and its weights: one file, or an index with its shards. */
    static List<Path> weights(Path model) {
        boolean single = Files.isRegularFile(model.resolve("model.safetensors"));
        boolean index = Files.isRegularFile(model.resolve("model.safetensors.index.json"));
        return list(model, 1, name -> name.equals("config.json")
                || (single
                        ? name.equals("model.safetensors")
                        : index
                                ? name.endsWith(".safetensors") || name.equals("model.safetensors.index.json")
                                : name.startsWith("pytorch_model")));
    }

    static List<Path> tokenizer(Path model) {
        return list(model, 1, TOKENIZER::contains);
    }

    private static List<Path> dictionary(Path location) {
        return Files.isRegularFile(location)
                ? List.of(location)
                : list(location, SAE_DEPTH, name -> !name.startsWith(".") && !name.endsWith(".md"));
    }

    /** The corpus file at a place: the file itself, or the only one of a folder. */
    static Path corpus(Path location) {
        if (!Files.isDirectory(location)) {
            return location;
        }
        List<Path> files = list(location, 1, name -> CORPUS_ENDINGS.stream().anyMatch(name::endsWith));
        if (files.size() != 1) {
            throw Fault.user(
                    "ambiguous_corpus",
                    "folder '" + location + "' must hold exactly one file that ends in "
                            + String.join(", ", CORPUS_ENDINGS) + ", but holds " + files.size());
        }
        return files.get(0);
    }

    private static List<Path> list(Path folder, int depth, Predicate<String> wanted) {
        try (Stream<Path> files = Files.find(
                folder,
                depth,
                (path, attributes) ->
                        attributes.isRegularFile() && wanted.test(path.getFileName().toString()),
                FileVisitOption.FOLLOW_LINKS)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw Fault.external("file_unreadable", "'" + folder + "' cannot be read: " + e, e);
        }
    }
}
