package dev.kappa.run;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.Table;
import dev.kappa.fault.Fault;
import dev.kappa.store.TallyStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * Compares what a verification found with what its parent had found: every metric, table, figure and artifact, and
 * every block's tally, first by hash and then number by number.
 */
@Component
class Verifier {
    /** The table that holds the comparison; not itself compared where a verification is verified. */
    static final String TABLE = "verification";

    /** A verdict, and the table with the comparison of each thing. */
    record Verdict(Verification verification, Table table) {}

    private record Item(String kind, String name, OptionalDouble difference) {}

    private final RunRows runs;
    private final FindingRows findings;
    private final TallyStore tallies;

    Verifier(RunRows runs, FindingRows findings, TallyStore tallies) {
        this.runs = runs;
        this.findings = findings;
        this.tallies = tallies;
    }

    /** @param provenance of the child, with what measured it */
    Verdict compare(Run child, Run parent, Findings found, List<ArtifactInfo> artifacts, JsonNode provenance) {
        List<Item> items = new ArrayList<>();
        items.addAll(compare("metric", metrics(findings.metrics(parent.id())), metrics(found.metrics())));
        items.addAll(compare(
                "table",
                documents(findings.allTables(parent.id()), Table::name),
                documents(found.tables(), Table::name)));
        items.addAll(compare(
                "figure",
                documents(findings.allFigures(parent.id()), Figure::name),
                documents(found.figures(), Figure::name)));
        items.addAll(compare(
                "artifact",
                documents(findings.artifacts(parent.id()), ArtifactInfo::name),
                documents(artifacts, ArtifactInfo::name)));
        items.addAll(blocks(parent, child));
        return new Verdict(verification(parent, items, provenance), table(items));
    }

    private static List<Item> compare(String kind, Map<String, JsonNode> before, Map<String, JsonNode> now) {
        Set<String> names = new LinkedHashSet<>(before.keySet());
        names.addAll(now.keySet());
        names.remove(TABLE);
        return names.stream()
                .map(name -> new Item(kind, name, before.containsKey(name) && now.containsKey(name)
                        ? Digits.between(before.get(name), now.get(name))
                        : OptionalDouble.of(Double.POSITIVE_INFINITY)))
                .toList();
    }

    private static Map<String, JsonNode> metrics(List<Metric> metrics) {
        Map<String, JsonNode> named = new LinkedHashMap<>();
        for (Metric metric : metrics) {
            String about = metric.dimensions().isEmpty() ? "" : " " + Json.sorted(Json.tree(metric.dimensions()));
            String name = metric.name() + about;
            int twin = 2;
            while (named.containsKey(name)) {
                name = metric.name() + about + " #" + twin++;
            }
            named.put(name, document(metric));
        }
        return named;
    }

    private static <T> Map<String, JsonNode> documents(List<T> things, Function<T, String> name) {
        Map<String, JsonNode> named = new LinkedHashMap<>();
        things.forEach(thing -> named.put(name.apply(thing), document(thing)));
        return named;
    }

    /** As it reads when it has been kept: numbers have the types that their text gives them. */
    private static JsonNode document(Object value) {
        return Json.parse(Json.write(value));
    }

    private List<Item> blocks(Run parent, Run child) {
        List<BlockInfo> before = runs.blocks(parent.id());
        List<BlockInfo> now = runs.blocks(child.id());
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < now.size(); i++) {
            items.add(new Item("tally", Integer.toString(i), tally(parent, before.get(i), child, now.get(i))));
        }
        return items;
    }

    private OptionalDouble tally(Run parent, BlockInfo before, Run child, BlockInfo now) {
        if (before.tallyHash().equals(now.tallyHash())) {
            return OptionalDouble.empty();
        }
        try {
            return Digits.between(
                    tallies.read(parent.id(), before.index(), before.tallyHash().orElseThrow()),
                    tallies.read(child.id(), now.index(), now.tallyHash().orElseThrow()));
        } catch (Fault gone) {
            return OptionalDouble.of(Double.POSITIVE_INFINITY);
        }
    }

    private static Verification verification(Run parent, List<Item> items, JsonNode provenance) {
        OptionalDouble largest =
                items.stream().map(Item::difference).reduce(OptionalDouble.empty(), Digits::larger);
        int differing = (int) items.stream().filter(item -> item.difference().isPresent()).count();
        JsonNode before = Json.parse(parent.provenance());
        List<String> notes = new ArrayList<>();
        boolean devices = same(before, provenance, Measured.DEVICES, "devices", notes);
        boolean software = same(before, provenance, Measured.SOFTWARE, "software", notes);
        return new Verification(
                parent.id(),
                differing == 0,
                items.size(),
                differing,
                largest.isPresent() ? Optional.of(largest.getAsDouble()) : Optional.empty(),
                devices,
                software,
                notes);
    }

    private static boolean same(JsonNode before, JsonNode now, String key, String word, List<String> notes) {
        if (before.path(key).equals(now.path(key))) {
            return true;
        }
        notes.add(before.has(key)
                ? "the " + word + " differ: first " + before.get(key) + ", then " + now.path(key)
                : "which " + word + " measured the first run is not recorded");
        return false;
    }

    private static Table table(List<Item> items) {
        return new Table(
                TABLE,
                "The digits of the second measurement beside those of the first",
                List.of("kind", "name", "identical", "largest_relative_difference"),
                items.stream()
                        .map(item -> List.<Object>of(
                                item.kind(),
                                item.name(),
                                item.difference().isEmpty(),
                                item.difference().orElse(0)))
                        .toList());
    }
}
