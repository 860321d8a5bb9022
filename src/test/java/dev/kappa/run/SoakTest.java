package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kappa.testing.Cluster;
import dev.kappa.testing.KappaClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Mixed small runs on two servers and one database while one of them is killed again and again:
 * {@code mvn -q -Psoak test}, for as many minutes as {@code -Dkappa.soak.minutes} says, 30 by default;
 * {@code -Dkappa.soak.seed} repeats one.
 */
@Tag("soak")
class SoakTest {
    private static final String MEASURED = """
            {"experiment": "%s", "seed": %d, "blocks": 4, "parameters": {"model": "stories-neox", %s,
             "corpus": "stories-samples", "sequences": 8, "length": 16}}""";
    private static final List<String> BODIES = List.of(
            MEASURED.formatted("jacobian_rank", 1, "\"hooks\": [\"blocks.2.hook_resid_post\"]"),
            MEASURED.formatted("jacobian_rank", 2, "\"hooks\": [\"blocks.1.hook_resid_post\"]"),
            MEASURED.formatted(
                    "width_sweep", 3, "\"hook\": \"blocks.2.hook_resid_post\", \"saes\": [\"stories-l2-x1\", \"stories-l2-x4\"]"),
            "{\"experiment\": \"counting\", \"seed\": 4, \"parameters\": {\"parts\": 12, \"draws\": 200000}}",
            "{\"experiment\": \"counting\", \"seed\": 5, \"parameters\": {\"parts\": 5, \"sequential\": true}}");
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final int AT_ONCE = 6;
    private static final double GROWTH = 1.05;
    private static final Duration LONGEST = Duration.ofMinutes(3);

    private final Duration length = Duration.ofMinutes(Long.getLong("kappa.soak.minutes", 30));
    private final long seed = Long.getLong("kappa.soak.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final Map<Integer, JsonNode> digits = new HashMap<>();
    private final Map<String, Integer> open = new HashMap<>();
    private final List<Long> resident = new ArrayList<>();
    private int ended;
    private int cancelled;
    private int kills;

    @Test
    void killsCostNoRunNoDigitNoMemoryAndNoSpace() throws IOException {
        System.out.println("soak: -Dkappa.soak.seed=" + seed);
        // Every kill is charged to the block that was being measured; here they come far more often than anywhere else.
        try (Cluster cluster = new Cluster("--kappa.engine.attempts=1000")) {
            // One is asked and lives; of the other, each life is short.
            KappaClient client = cluster.node("first").client();
            long pid = cluster.node("first").pid();
            cluster.node("second").client();
            long end = System.nanoTime() + length.toNanos();
            while (System.nanoTime() < end) {
                submit(client);
                if (random.nextInt(40) == 0) {
                    cluster.node("second").kill();
                    cluster.node("second");
                    kills++;
                }
                settle(client);
                resident.add(resident(pid));
            }
            await().atMost(LONGEST).pollInterval(Duration.ofMillis(200)).until(() -> {
                settle(client);
                return open.isEmpty();
            });
            cluster.node("second").client();
            report();
            assertThat(ended).isPositive();
            nothingIsLeft(cluster);
            memoryIsFlat();
        }
    }

    private void submit(KappaClient client) {
        while (open.size() < AT_ONCE) {
            int body = random.nextInt(BODIES.size());
            String id = client.submit(BODIES.get(body));
            open.put(id, body);
            if (random.nextInt(10) == 0) {
                client.post("/v1/runs/" + id + ":cancel", "");
            }
        }
    }

    /** Repeated requests have equal digits, whoever was killed meanwhile. */
    private void settle(KappaClient client) {
        for (String id : List.copyOf(open.keySet())) {
            JsonNode run = client.get("/v1/runs/" + id + "?wait=1s").json();
            String state = run.get("state").asString();
            if (state.equals("SUCCEEDED")) {
                int body = open.remove(id);
                JsonNode first = digits.putIfAbsent(body, run.get("metrics"));
                assertThat(run.get("metrics")).as(id).isEqualTo(first == null ? run.get("metrics") : first);
                ended++;
            } else if (state.equals("CANCELLED")) {
                open.remove(id);
                cancelled++;
            } else {
                assertThat(state).as(run.toString()).isNotEqualTo("FAILED");
            }
        }
    }

    private static void nothingIsLeft(Cluster cluster) throws IOException {
        await().atMost(LONGEST)
                .until(() -> count(cluster, "select count(*) from scheduled_tasks") == 0);
        assertThat(count(cluster, "select count(*) from run where state not in ('SUCCEEDED', 'CANCELLED')")).isZero();
        assertThat(count(cluster, "select count(*) from block where state = 'RUNNING'")).isZero();
        assertThat(count(
                        cluster,
                        "select count(*) from block join run on run.id = run_id where run.state = 'SUCCEEDED'"
                                + " and (block.state <> 'DONE' or tally_hash is null)"))
                .isZero();
        Set<String> runs = new HashSet<>(
                cluster.jdbc().sql("select id from run").query(String.class).list());
        try (Stream<Path> folders = Files.list(cluster.tallies())) {
            assertThat(folders.filter(Files::isDirectory).map(folder -> folder.getFileName().toString()))
                    .isSubsetOf(runs);
        }
        try (Stream<Path> files = Files.walk(cluster.tallies())) {
            // A kill in the middle of a write leaves one, which the sweep of orphans deletes in time.
            System.out.println("soak: files that a kill left unfinished: "
                    + files.filter(file -> file.getFileName().toString().startsWith(".staged-")).count());
        }
    }

    private static int count(Cluster cluster, String sql) {
        return cluster.jdbc().sql(sql).query(Integer.class).single();
    }

    /** The median of the last fifth against that of the fifth after the first two, which warm up. */
    private void memoryIsFlat() {
        int fifth = resident.size() / 5;
        long before = median(resident.subList(2 * fifth, 3 * fifth));
        long after = median(resident.subList(4 * fifth, resident.size()));
        System.out.printf("soak: resident %,d kB, then %,d kB (%+.1f %%)%n", before, after, 100.0 * after / before - 100);
        assertThat(after).as("kB resident, %d before", before).isLessThanOrEqualTo(Math.round(GROWTH * before));
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private void report() {
        System.out.printf("soak: %d runs ended, %d cancelled, %d kills%n", ended, cancelled, kills);
    }

    private static long resident(long pid) {
        try {
            Matcher line = RESIDENT.matcher(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
            assertThat(line.find()).isTrue();
            return Long.parseLong(line.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
