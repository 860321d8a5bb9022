package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kappa.testing.Cluster;
import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaProcess;
import dev.kappa.testing.TestHomes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/**
 * How quick the engine is, in processes with one thread each. To see it:
 * {@code mvn -q -Pbenchmark -Dtest=EngineBenchmarkTest test}.
 */
@Tag("benchmark")
class EngineBenchmarkTest {
    private static final String BODY =
            """
            {"experiment": "jacobian_rank", "seed": 7, "blocks": %d, "parameters": {"model": "stories-neox",
             "hooks": ["blocks.2.hook_resid_post"], "corpus": "stories-samples", "sequences": %d, "length": 128}}""";
    private static final Pattern READY = Pattern.compile("after (\\d+) ms");
    private static final int SUBMISSIONS = 40;
    private static final int CANCELLATIONS = 100;

    @Test
    void startWithAKeptDatabaseSubmissionToFirstBlockAndCancellation() {
        Path home = TestHomes.fresh();
        try (KappaProcess first = KappaProcess.start(home)) {
            first.client();
        }
        try (KappaProcess again = KappaProcess.start(home)) {
            again.client();
            Matcher ready = READY.matcher(again.output());
            assertThat(ready.find()).isTrue();
            print("start to ready, kept embedded database", Double.parseDouble(ready.group(1)), "ms");
            print("CPU time of that start, all threads", again.cpuTime().toMillis(), "ms");
        }
        try (Cluster cluster = new Cluster()) {
            KappaClient client = cluster.node("a").client();
            client.finished(BODY.formatted(4, 16));
            double[] waits = new double[SUBMISSIONS];
            for (int i = 0; i < SUBMISSIONS; i++) {
                String run = client.submit(BODY.formatted(4, 4));
                client.awaitEnd(run);
                waits[i] = milliseconds(cluster.jdbc(), "min(block.finished_at) - min(created_at)", run);
            }
            print("submit to first block measured, median", quantile(waits, 0.5), "ms");
            print("submit to first block measured, p99", quantile(waits, 0.99), "ms");

            // Of a hundred sequences in each block.
            String whole = client.finished(BODY.formatted(4, 400)).get("id").asString();
            double block = milliseconds(cluster.jdbc(), "avg(block.finished_at - block.started_at)", whole);
            print("a batch of ten sequences, mean", block / 10, "ms");

            double[] stops = new double[CANCELLATIONS];
            for (int i = 0; i < CANCELLATIONS; i++) {
                String run = client.submit(BODY.formatted(4, 400));
                client.awaitRun(run, any -> any.at("/progress/fraction").asDouble() > 0);
                client.post("/v1/runs/" + run + ":cancel", "");
                assertThat(client.awaitEnd(run).get("state").asString()).isEqualTo("CANCELLED");
                stops[i] = milliseconds(cluster.jdbc(), "min(run.finished_at) - min(cancel_requested_at)", run);
            }
            print("cancel to idle device, median", quantile(stops, 0.5), "ms");
            print("cancel to idle device, p99", quantile(stops, 0.99), "ms");
        }
    }

    @Test
    void killedToResumed() {
        try (Cluster cluster = new Cluster("--db-scheduler.heartbeat-interval=3s");
                Gate gate = Gate.shut()) {
            KappaProcess a = cluster.node("a");
            KappaClient b = cluster.node("b").client();
            a.client();
            String run = a.client().submit(
                    "{\"experiment\": \"counting\", \"blocks\": 1, \"parameters\": {\"gate\": \"" + gate + "\"}}");
            b.awaitRun(run, any -> any.at("/progress/fraction").asDouble() > 0);
            // Servers that have just started believe nobody dead.
            await().atMost(Duration.ofSeconds(60)).pollDelay(Duration.ofSeconds(20)).until(() -> true);
            String holder = cluster.holder(run);
            KappaClient other = holder.equals("a") ? b : a.client();
            long start = System.nanoTime();
            cluster.node(holder).kill();
            other.awaitRun(run, any -> attempt(cluster.jdbc(), run) == 2);
            print("kill -9 to resumed by another, beats of 3 s", (System.nanoTime() - start) / 1e9, "s");
            gate.open();
            other.awaitEnd(run);
        }
    }

    @Test
    void oneTwoAndFourWorkers() {
        double[] seconds = new double[5];
        JsonNode[] digits = new JsonNode[5];
        for (int workers : new int[] {1, 2, 4}) {
            try (Cluster cluster = new Cluster()) {
                for (int i = 0; i < workers; i++) {
                    cluster.node("worker" + i);
                }
                KappaClient client = cluster.node("worker0").client();
                for (int i = 0; i < workers; i++) {
                    cluster.node("worker" + i).client();
                }
                client.finished(BODY.formatted(2 * workers, 40));
                String run = client.submit(BODY.formatted(40, 400));
                // One that asks again and again would take its share of the two cores.
                client.get("/v1/runs/" + run + "?wait=60s");
                digits[workers] = client.awaitEnd(run).get("metrics");
                seconds[workers] = milliseconds(cluster.jdbc(), "max(block.finished_at) - min(run.started_at)", run) / 1e3;
                print("40 blocks by " + workers + " worker(s) of one thread", seconds[workers], "s");
            }
        }
        print("two workers / one", seconds[2] / seconds[1], "");
        assertThat(digits[2]).isEqualTo(digits[1]);
        assertThat(digits[4]).isEqualTo(digits[1]);
    }

    private static int attempt(JdbcClient jdbc, String run) {
        return jdbc.sql("select max(attempt) from block where run_id = :run")
                .param("run", run)
                .query(Integer.class)
                .single();
    }

    private static double milliseconds(JdbcClient jdbc, String interval, String run) {
        return jdbc.sql("select 1000 * extract(epoch from " + interval + ")::double precision"
                        + " from run join block on block.run_id = run.id where run.id = :run")
                .param("run", run)
                .query(Double.class)
                .single();
    }

    private static double quantile(double[] values, double q) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(q * sorted.length) - 1];
    }

    private static void print(String what, double value, String unit) {
        System.out.printf("%-46s %8.2f %s%n", what, value, unit);
    }
}
