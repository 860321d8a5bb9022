package dev.kappa.run;

import dev.kappa.testing.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What is in a cluster's database and folders that no run accounts for. */
final class Leftovers {
    private static final List<String> TABLES_OF_RUNS =
            List.of("block", "run_event", "metric", "result_table", "figure", "artifact", "partial_findings");

    private final Cluster cluster;

    Leftovers(Cluster cluster) {
        this.cluster = cluster;
    }

    /** A line for each kind of row that should not be there. */
    List<String> rows() {
        List<String> found = new ArrayList<>();
        for (String table : TABLES_OF_RUNS) {
            count(found, table + " of no run", "from " + table + " where run_id not in (select id from run)");
        }
        count(found, "scheduled_tasks", "from scheduled_tasks");
        count(found, "runs that have not ended", "from run where state not in ('SUCCEEDED', 'CANCELLED')");
        count(found, "blocks that are being measured", "from block where state = 'RUNNING'");
        count(
                found,
                "blocks without a tally of runs that succeeded",
                "from block join run on run.id = run_id where run.state = 'SUCCEEDED' and run.origin <> 'REANALYSIS'"
                        + " and (block.state <> 'DONE' or tally_hash is null)");
        count(
                found,
                "partial findings of runs that succeeded",
                "from partial_findings join run on run.id = run_id where state = 'SUCCEEDED'");
        return found;
    }

    private void count(List<String> found, String what, String from) {
        int rows = cluster.jdbc().sql("select count(*) " + from).query(Integer.class).single();
        if (rows > 0) {
            found.add(rows + " " + what);
        }
    }

    /** Files that no row names, staged ones included, and names of which there is no file. */
    List<String> files() {
        Set<String> named = new HashSet<>(cluster.jdbc()
                .sql("select run_id || '/' || index || '-' || tally_hash || '.safetensors' from block"
                        + " where tally_hash is not null union all"
                        + " select run_id || '/' || name || '/' || (json_array_elements(files::json) ->> 'name') from artifact")
                .query(String.class)
                .list());
        Set<String> there = new HashSet<>(below(cluster.tallies()));
        there.addAll(below(cluster.artifacts()));
        there.remove(".database");
        List<String> wrong = new ArrayList<>();
        there.stream().filter(file -> !named.contains(file)).map(file -> "no row names " + file).forEach(wrong::add);
        named.stream().filter(file -> !there.contains(file)).map(file -> "there is no " + file).forEach(wrong::add);
        return wrong;
    }

    private static List<String> below(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
