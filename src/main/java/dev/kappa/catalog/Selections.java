package dev.kappa.catalog;

import dev.kappa.catalog.hub.HubCache;
import dev.kappa.catalog.hub.HubFile;
import dev.kappa.catalog.hub.HubReference;
import dev.kappa.fault.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Which files of a hub's folder make up a model or a dictionary. */
final class Selections {
    private static final Set<String> BESIDE = Set.of("config.json", "tokenizer.json", "tokenizer_config.json");
    private static final Pattern SHARD = Pattern.compile("model-\\d+-of-\\d+\\.safetensors");
    private static final List<String> DICTIONARY_WEIGHTS = List.of(".safetensors", ".npz", ".pt");
    private static final int SHOWN = 12;

    private Selections() {}

    static HubCache.Selection of(Shelf shelf) {
        return switch (shelf) {
            case MODEL -> Selections::model;
            case SAE -> Selections::dictionary;
            case CORPUS -> throw Fault.user("invalid_source", "a corpus comes from bundled:, file: or run:, not from hf:");
        };
    }

    /** The configuration, the tokenizer, and the weights in the first form that is there, each once. */
    private static List<HubFile> model(HubReference reference, List<HubFile> files) {
        List<HubFile> wanted = new ArrayList<>(matching(files, BESIDE::contains));
        List<HubFile> weights = matching(files, "model.safetensors"::equals);
        if (weights.isEmpty()) {
            weights = matching(files, "model.safetensors.index.json"::equals);
            if (!weights.isEmpty()) {
                weights = new ArrayList<>(weights);
                weights.addAll(matching(files, name -> SHARD.matcher(name).matches()));
            }
        }
        if (weights.isEmpty()) {
            weights = matching(files, "pytorch_model.bin"::equals);
        }
        boolean configured = wanted.stream().anyMatch(file -> file.path().equals("config.json"));
        if (weights.isEmpty() || !configured) {
            throw Fault.user(
                    "model_incomplete",
                    reference + " must hold config.json and model.safetensors, model.safetensors.index.json with its shards,"
                            + " or pytorch_model.bin, but holds " + names(files));
        }
        wanted.addAll(weights);
        return wanted;
    }

    /** All files of the folder that holds one dictionary. */
    private static List<HubFile> dictionary(HubReference reference, List<HubFile> files) {
        boolean root = reference.folder().isEmpty();
        List<HubFile> wanted = files.stream()
                .filter(file -> !root || !file.path().contains("/"))
                .filter(file -> !name(file).startsWith(".") && !name(file).endsWith(".md"))
                .toList();
        Set<String> folders = new TreeSet<>();
        files.stream()
                .filter(file -> DICTIONARY_WEIGHTS.stream().anyMatch(file.path()::endsWith))
                .forEach(file -> folders.add(file.path().substring(0, file.path().lastIndexOf('/') + 1)));
        boolean here = wanted.stream()
                .anyMatch(file -> DICTIONARY_WEIGHTS.stream().anyMatch(file.path()::endsWith));
        if (!here || (!root && folders.size() > 1)) {
            throw Fault.user(
                    "unknown_dictionary_format",
                    reference + " must name the folder of one dictionary; "
                            + (folders.isEmpty()
                                    ? "it holds " + names(files)
                                    : "weights are in " + shown(folders.stream().toList())));
        }
        return wanted;
    }

    /** Files of the folder itself. */
    private static List<HubFile> matching(List<HubFile> files, Predicate<String> wanted) {
        return files.stream().filter(file -> wanted.test(file.path())).toList();
    }

    private static String name(HubFile file) {
        return file.path().substring(file.path().lastIndexOf('/') + 1);
    }

    private static String names(List<HubFile> files) {
        return shown(files.stream().map(HubFile::path).toList());
    }

    private static String shown(List<String> names) {
        return names.size() <= SHOWN
                ? names.toString()
                : names.subList(0, SHOWN) + " and " + (names.size() - SHOWN) + " more";
    }
}
