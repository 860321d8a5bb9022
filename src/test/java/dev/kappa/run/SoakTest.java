package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kappa.run.Residence.Level;
import dev.kappa.testing.Cluster;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaClient.Answer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Mixed small runs on two servers with one database and one store, either of which is killed at random and started
 * again: {@code mvn -q -Psoak test}, for as many minutes as {@code -Dkappa.soak.minutes} says, 30 by default;
 * {@code -Dkappa.soak.seed} makes the same choices again.
 *
 * <p>Memory is that of the first server, which is spared from a quarter of the time to nine tenths while the other goes
 * on being killed. Directly after full collections, the median of the last fifth of that time is held against that of
 * the third.
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
    private static final int AT_ONCE = 6;
    private static final double GROWTH = 1.05;
    private static final Duration LONGEST = Duration.ofMinutes(5);
    /** A server warms up for minutes; shorter soaks print its memory and hold nothing against it. */
    private static final long MINUTES_TO_WARM_UP = 15;

    private final long minutes = Long.getLong("kappa.soak.minutes", 30);
    private final long seed = Long.getLong("kappa.soak.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final Map<String, JsonNode> digits = new HashMap<>();
    /** What was asked for, by the id of its run. */
    private final Map<String, String> open = new TreeMap<>();
    private final Map<String, Integer> ends = new TreeMap<>();
    private final Map<String, Integer> kills = new TreeMap<>();
    private long start;
    private double nextKill;
    private double nextSample;
    private Residence memory;

    @Test
    void killsCostNoRunNoDigitNoMemoryAndNoSpace() {
        System.out.println("soak: -Dkappa.soak.minutes=" + minutes + " -Dkappa.soak.seed=" + seed);
        // Every kill is charged to the block that was being measured; here they come far more often than anywhere else.
        try (Cluster cluster = new Cluster(
                "--kappa.engine.attempts=1000",
                "--kappa.retention.runs.count=60",
                "--kappa.retention.interval=5s",
                "--kappa.retention.orphans-after=30s")) {
            cluster.node("first").client();
            cluster.node("second").client();
            start = System.nanoTime();
            while (passed() < 1) {
                settle(submit(serving(cluster)));
                killOne(cluster);
                sample(cluster);
            }
            await().atMost(LONGEST).pollInterval(Duration.ofMillis(200)).until(() -> {
                settle(serving(cluster));
                return open.isEmpty();
            });
            cluster.node("first").client();
            cluster.node("second").client();
            System.out.printf("soak: runs %s, servers killed %s%n", ends, kills);
            nothingIsLeft(new Leftovers(cluster));
            memoryIsFlat();
        }
    }

    /** The share of the time that is over. */
    private double passed() {
        return (System.nanoTime() - start) / (minutes * 60e9);
    }

    private double seconds(double seconds) {
        return seconds / (minutes * 60);
    }

    /** One at a time: someone always answers. */
    private KappaClient serving(Cluster cluster) {
        String name = random.nextBoolean() ? "first" : "second";
        return cluster.node(cluster.node(name).isServing() ? name : other(name)).client();
    }

    private static String other(String name) {
        return name.equals("first") ? "second" : "first";
    }

    /** Also one that is still starting; nobody is killed while the other one does not serve. */
    private void killOne(Cluster cluster) {
        if (passed() < nextKill) {
            return;
        }
        boolean spared = passed() > 0.25 && passed() < 0.9;
        String victim = !spared && random.nextInt(3) > 0 ? "first" : "second";
        if (cluster.node(other(victim)).isServing()) {
            cluster.node(victim).kill();
            cluster.node(victim);
            kills.merge(victim, 1, Integer::sum);
            nextKill = passed() + seconds(5 + random.nextInt(55));
        }
    }

    private KappaClient submit(KappaClient client) {
        while (open.size() < AT_ONCE) {
            String body = BODIES.get(random.nextInt(BODIES.size()));
            String id = client.submit(body);
            open.put(id, body);
            if (random.nextInt(10) == 0) {
                client.post("/v1/runs/" + id + ":cancel", "");
            }
        }
        return client;
    }

    /** Repeated requests have equal digits, whoever was killed meanwhile. */
    private void settle(KappaClient client) {
        String wait = "?wait=1s";
        for (String id : List.copyOf(open.keySet())) {
            JsonNode run = client.get("/v1/runs/" + id + wait).json();
            wait = "";
            String state = run.get("state").asString();
            assertThat(state).as(run.toString()).isNotEqualTo("FAILED");
            if (state.equals("SUCCEEDED")) {
                String body = open.remove(id);
                JsonNode first = digits.putIfAbsent(body, run.get("metrics"));
                assertThat(run.get("metrics")).as(id).isEqualTo(first == null ? run.get("metrics") : first);
                again(client, id, body);
            } else if (state.equals("CANCELLED")) {
                open.remove(id);
            }
            if (!open.containsKey(id)) {
                ends.merge(state, 1, Integer::sum);
            }
        }
    }

    /** Some that ended are measured, or concluded, again: children, which share tallies, have the same digits. */
    private void again(KappaClient client, String id, String body) {
        if (random.nextInt(10) == 0) {
            Answer answer = client.post("/v1/runs/" + id + (random.nextBoolean() ? ":verify" : ":reanalyse"), "{}");
            assertThat(answer.status()).as(answer.text()).isEqualTo(202);
            open.put(answer.json().get("id").asString(), body);
        }
    }

    private void sample(Cluster cluster) {
        if (passed() < 0.25 || passed() > 0.9 || passed() < nextSample || !cluster.node("first").isServing()) {
            return;
        }
        if (memory == null) {
            memory = new Residence(cluster.node("first").pid());
        }
        memory.sample();
        nextSample = passed() + 0.005;
    }

    private static void nothingIsLeft(Leftovers leftovers) {
        await().atMost(LONGEST).untilAsserted(() -> assertThat(leftovers.rows()).isEmpty());
        await().atMost(LONGEST)
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(leftovers.files()).isEmpty());
    }

    private void memoryIsFlat() {
        Level before = memory.fifth(2);
        Level after = memory.fifth(4);
        for (int i = 0; i < 5; i++) {
            System.out.printf("soak: memory of the first server after full collections, part %d of 5: %s%n", i + 1, memory.fifth(i));
        }
        if (minutes >= MINUTES_TO_WARM_UP) {
            assertThat(after.resident()).as("kB resident").isLessThanOrEqualTo(Math.round(GROWTH * before.resident()));
            assertThat(after.heap()).as("kB of the heap").isLessThanOrEqualTo(Math.round(GROWTH * before.heap()));
        }
    }
}
