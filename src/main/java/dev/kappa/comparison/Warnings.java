package dev.kappa.comparison;

import dev.kappa.comparison.Comparison.Cell;
import dev.kappa.comparison.Comparison.Row;
import dev.kappa.comparison.Comparison.Warning;
import dev.kappa.run.Json;
import dev.kappa.run.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** Says what keeps the numbers of a comparison from meaning the same. */
final class Warnings {
    /** Flags of numbers that follow from the calibration alone, or rest on such a one. */
    private static final String FORCED = "forced";

    /** What provenance names by kind, and how a difference in it is called. */
    private static final Map<String, String> READ = Map.of(
            "model", "different_models",
            "tokenizer", "different_tokenizers",
            "sae", "different_dictionaries",
            "corpus", "different_corpora",
            "corpus_options", "different_corpus_options",
            "sae_options", "different_dictionary_options");

    private final List<Warning> warnings = new ArrayList<>();

    private Warnings() {}

    static List<Warning> about(List<Run> runs, List<Row> rows) {
        Warnings found = new Warnings();
        found.experiments(runs);
        found.contents(runs);
        found.versions(rows);
        rows.forEach(found::forced);
        return found.warnings;
    }

    private void experiments(List<Run> runs) {
        if (runs.stream().map(Run::experiment).distinct().count() > 1) {
            about("different_experiments", "the runs are of different kinds: " + told(by(runs, Run::experiment)), runs);
        }
    }

    private void contents(List<Run> runs) {
        for (var kind : new TreeMap<>(READ).entrySet()) {
            Map<String, List<String>> read = by(runs, run -> contents(run, kind.getKey()));
            if (read.size() > 1) {
                about(
                        kind.getValue(),
                        "what the runs read as " + kind.getKey().replace('_', ' ') + " differs: " + told(read),
                        runs);
            }
        }
    }

    /** Id and the beginning of the hash of everything of this kind that the run read. */
    private static String contents(Run run, String kind) {
        TreeSet<String> found = new TreeSet<>();
        Json.parse(run.provenance()).properties().forEach(entry -> {
            String[] parts = entry.getKey().split(":", 2);
            if (parts[0].equals(kind)) {
                String value = entry.getValue().asString();
                found.add(parts[1] + " (" + value.substring(0, Math.min(12, value.length())) + ")");
            }
        });
        return found.isEmpty() ? "none" : String.join(", ", found);
    }

    private void versions(List<Row> rows) {
        Map<String, TreeMap<Integer, TreeSet<String>>> versions = new LinkedHashMap<>();
        for (Row row : rows) {
            TreeSet<String> having = versions.computeIfAbsent(row.name(), name -> new TreeMap<>())
                    .computeIfAbsent(row.version(), version -> new TreeSet<>());
            row.values().stream().filter(cell -> cell.value().isPresent()).forEach(cell -> having.add(cell.run()));
        }
        versions.forEach((name, runs) -> {
            if (runs.size() > 1) {
                TreeSet<String> all = new TreeSet<>();
                runs.values().forEach(all::addAll);
                warnings.add(new Warning(
                        "different_definitions",
                        "'" + name + "' is defined differently and not aligned; runs by version of the definition: " + runs,
                        Optional.of(name),
                        Optional.empty(),
                        List.copyOf(all)));
            }
        });
    }

    private void forced(Row row) {
        List<String> runs = row.values().stream()
                .filter(cell -> cell.flags().orElse(List.of()).stream().anyMatch(flag -> flag.startsWith(FORCED)))
                .map(Cell::run)
                .toList();
        if (!runs.isEmpty()) {
            warnings.add(new Warning(
                    Warning.FORCED_BY_CALIBRATION,
                    "'" + row.name() + "' is forced by calibration in " + String.join(", ", runs)
                            + ": it follows from the threshold's rule, and says nothing about the model",
                    Optional.of(row.name()),
                    Optional.of(row.dimensions()),
                    runs));
        }
    }

    private void about(String code, String detail, List<Run> runs) {
        warnings.add(new Warning(
                code, detail, Optional.empty(), Optional.empty(), runs.stream().map(Run::id).toList()));
    }

    private static Map<String, List<String>> by(List<Run> runs, Function<Run, String> what) {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        runs.forEach(run -> groups.computeIfAbsent(what.apply(run), any -> new ArrayList<>()).add(run.id()));
        return groups;
    }

    private static String told(Map<String, List<String>> groups) {
        List<String> parts = new ArrayList<>();
        groups.forEach((what, runs) -> parts.add(what + " in " + String.join(", ", runs)));
        return String.join("; ", parts);
    }
}
