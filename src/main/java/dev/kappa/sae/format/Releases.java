package dev.kappa.sae.format;

import dev.kappa.fault.Fault;
import dev.kappa.sae.SaeOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the layout of a folder by the files that are in it. */
public final class Releases {
    private static final List<Release> ALL = List.of(
            new SaeLens(), new GemmaScope(), new LlamaScope(), new Sparsify(), new DictionaryLearning());

    private Releases() {}

    /** What the folder holds; a layout that is unknown, or not the only one, is refused. */
    public static Blueprint read(Path folder, SaeOptions options) {
        List<Release> found =
                ALL.stream().filter(release -> isFile(folder, release.weights())).toList();
        if (found.size() != 1) {
            throw unknown(folder, found.isEmpty() ? "no known layout" : "several layouts at once");
        }
        Release release = found.get(0);
        if (!release.config().isEmpty() && !isFile(folder, release.config())) {
            throw unknown(folder, release.weights() + " of " + release.title() + ", but no " + release.config());
        }
        return release.read(folder, options);
    }

    private static boolean isFile(Path folder, String name) {
        return Files.isRegularFile(folder.resolve(name));
    }

    private static Fault unknown(Path folder, String what) {
        return Fault.user(
                "unknown_dictionary_format",
                "'" + folder.getFileName() + "' holds " + what + ": found " + listing(folder) + "; accepted: " + accepted());
    }

    private static String accepted() {
        return ALL.stream()
                .map(release -> release.title() + " ("
                        + (release.config().isEmpty() ? "" : release.config() + " and ") + release.weights() + ")")
                .collect(Collectors.joining(", "));
    }

    private static String listing(Path folder) {
        if (!Files.isDirectory(folder)) {
            return "no folder";
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names = files.map(file -> file.getFileName() + (Files.isDirectory(file) ? "/" : ""))
                    .sorted()
                    .limit(20)
                    .toList();
            return names.isEmpty() ? "no files" : String.join(", ", names);
        } catch (IOException e) {
            throw Fault.external("dictionary_unreadable", folder.getFileName() + " cannot be listed: " + e, e);
        }
    }
}
