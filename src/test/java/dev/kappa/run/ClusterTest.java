package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kappa.testing.Cluster;
import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaProcess;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Two servers on one Postgres, and what happens to them: every run ends with the digits of a run that nothing
 * happened to.
 */
class ClusterTest {
    private static final String BODY =
            """
            {"experiment": "counting", "seed": %d, "parameters": {"draws": 500, "parts": 1, "gate": "%s"}}""";

    private static final int QUEUE_LIMIT = 40;

    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = new Cluster("--kappa.engine.queue-limit=" + QUEUE_LIMIT, "--kappa.engine.stall-limit=10s");
        cluster.node("a").client();
        cluster.node("b");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void aServerThatIsKilledInTheMiddleOfABlockIsReplacedByTheOther() {
        try (Gate gate = Gate.shut()) {
            Busy busy = busy(1, gate);
            busy.holder().kill();
            busy.client().awaitRun(busy.run(), run -> busy.attempt() == 2);
            gate.open();
            assertSameDigits(busy, 1, gate);
            assertThat(busy.failures()).as("a crash is counted").isEqualTo(1);
            assertThat(Stream.of("a", "b").map(name -> cluster.node(name).output()))
                    .as("nobody waited for the lease to end")
                    .anySatisfy(log -> assertThat(log).contains("tasks of servers that are gone are taken over"));
        }
    }

    @Test
    void aServerThatIsStoppedHandsItsBlockBackUncharged() {
        try (Gate gate = Gate.shut()) {
            Busy busy = busy(2, gate);
            busy.holder().terminate();
            busy.client().awaitRun(busy.run(), run -> busy.attempt() == 2);
            assertThat(busy.holder().awaitExit()).isEqualTo(143);
            gate.open();
            assertSameDigits(busy, 2, gate);
            assertThat(busy.failures()).isZero();
        }
    }

    @Test
    void whatAServerWritesThatWasHaltedForLongerThanItsLeaseIsDiscarded() {
        try (Gate gate = Gate.shut()) {
            Busy busy = busy(3, gate);
            busy.holder().halt();
            try {
                busy.client().awaitRun(busy.run(), run -> busy.attempt() == 2);
                gate.open();
                assertSameDigits(busy, 3, gate);
            } finally {
                busy.holder().resume();
            }
            await().atMost(60, TimeUnit.SECONDS)
                    .until(() -> busy.holder().output().contains("is another server's meanwhile"));
            assertSameDigits(busy, 3, gate);
            assertThat(busy.attempt()).as("the zombie started nothing again").isEqualTo(2);
            assertThat(busy.holder().output()).doesNotContain("Indicates a bug");
            assertThat(unfit()).as("a halt is no stall").isEmpty();
        }
    }

    @Test
    void aDatabaseThatIsAwayForLongerThanALeaseMakesNobodyLookDead() throws InterruptedException {
        try (Gate gate = Gate.shut()) {
            Busy busy = busy(4, gate);
            cluster.stopPostgres();
            // The outage itself is what is tested; a lease is six beats.
            Thread.sleep(8L * Cluster.HEARTBEAT_MILLIS);
            cluster.startPostgres();
            await().atMost(60, TimeUnit.SECONDS).until(() -> busy.client().get("/v1/runs").status() == 200);
            gate.open();
            assertSameDigits(busy, 4, gate);
            assertThat(busy.attempt()).as("nothing was measured twice").isEqualTo(1);
            assertThat(busy.failures()).isZero();
        }
    }

    @Test
    void serversThatRaceForBlocksMeasureEachOnce() {
        KappaClient a = cluster.node("a").client();
        KappaClient b = cluster.node("b").client();
        List<String> runs = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            runs.add((i % 2 == 0 ? a : b).submit("{\"experiment\": \"counting\", \"seed\": 5, \"blocks\": 40}"));
        }
        runs.forEach(run -> assertThat(a.awaitEnd(run).get("state").asString()).isEqualTo("SUCCEEDED"));
        record Tried(int attempts, long tallies) {}
        assertThat(cluster.jdbc()
                        .sql("select max(attempt), count(tally_hash) from block where run_id in (:runs)")
                        .param("runs", runs)
                        .query((row, number) -> new Tried(row.getInt(1), row.getLong(2)))
                        .single())
                .isEqualTo(new Tried(1, 200));
        assertThat(runs).extracting(run -> b.run(run).get("metrics")).containsOnly(a.run(runs.get(0)).get("metrics"));
    }

    @Test
    void aModelMeasuredByTwoServersGivesTheDigitsOfOne() {
        twoServers();
        String body =
                """
                {"experiment": "jacobian_rank", "seed": 7, "blocks": 12, "parameters": {"model": "stories-neox",
                 "hooks": ["blocks.2.hook_resid_post"], "corpus": "stories-samples", "sequences": 24, "length": 32}}""";
        KappaClient two = cluster.node("a").client();
        KappaClient one = KappaServer.shared().client();
        assertThat(two.finished(body).get("metrics")).isEqualTo(one.finished(body).get("metrics"));
    }

    @Test
    void asManyRunsWaitAsMayHoweverManySubmitAtOnce() throws Exception {
        KappaClient a = cluster.node("a").client();
        KappaClient b = cluster.node("b").client();
        try (Gate gate = Gate.shut()) {
            String busy = a.submit(gate.body());
            a.awaitRun(busy, any -> running(busy) == 2);
            List<KappaClient.Answer> answers = together(64, i -> (i % 2 == 0 ? a : b).post("/v1/runs", gate.body()));
            assertThat(answers).filteredOn(answer -> answer.status() == 202).hasSize(QUEUE_LIMIT);
            assertThat(answers).filteredOn(answer -> answer.status() != 202).hasSize(64 - QUEUE_LIMIT)
                    .allSatisfy(refusal -> {
                        assertThat(refusal.status()).isEqualTo(503);
                        assertThat(refusal.json().get("code").asString()).isEqualTo("queue_full");
                        assertThat(refusal.json().get("retryable").asBoolean()).isTrue();
                        assertThat(refusal.json().get("detail").asString()).contains(Integer.toString(QUEUE_LIMIT));
                        assertThat(refusal.header("Retry-After")).isNotNull();
                    });
            assertThat(a.get("/v1/queue").json().get("depth").asInt()).isEqualTo(QUEUE_LIMIT);
            cluster.jdbc().sql("select id from run where state = 'QUEUED'").query(String.class).list()
                    .forEach(run -> b.post("/v1/runs/" + run + ":cancel", ""));
            gate.open();
            assertThat(a.awaitEnd(busy).get("state").asString()).isEqualTo("SUCCEEDED");
        }
    }

    @Test
    void aProcessWhoseDeviceBreaksIsNotLiveAndItsBlockGoesElsewhereUncharged() {
        twoServers();
        String run = cluster.node("a").client().submit(trouble("device_lost", 1, "\"nowhere\""));
        JsonNode ended = cluster.node("b").client().awaitEnd(run);
        assertThat(ended.get("state").asString()).isEqualTo("SUCCEEDED");
        assertThat(column("failures", run)).isZero();
        assertThat(column("attempt", run)).isEqualTo(2);
        retire("device_lost");
    }

    @Test
    void aBlockThatGetsNoFurtherIsGivenUpAndItsProcessIsNotLive() {
        try (Gate gate = Gate.shut()) {
            twoServers();
            String run = cluster.node("a").client().submit(trouble("stall", 1, "\"" + gate + "\""));
            JsonNode ended = cluster.node("b").client().awaitEnd(run);
            assertThat(ended.get("state").asString()).isEqualTo("SUCCEEDED");
            assertThat(column("failures", run)).isEqualTo(1);
            gate.open();
            retire("kappa.engine.stall-limit");
        }
    }

    @Test
    void aServerThatDoesNotKnowAKindLeavesItsBlocksToOthers() {
        twoServers();
        KappaClient a = cluster.node("a").client();
        try (Gate gate = Gate.shut();
                KappaProcess plain = cluster.plainNode("plain")) {
            String busy = a.submit(BODY.formatted(6, gate).replace("\"parts\": 1", "\"parts\": 2"));
            a.awaitRun(busy, any -> running(busy) == 2);
            plain.client();
            String unknown = a.submit("{\"experiment\": \"counting\", \"blocks\": 1}");
            await().atMost(60, TimeUnit.SECONDS).until(() -> cluster.jdbc()
                    .sql("select version > 1 and not picked from scheduled_tasks where task_instance = :task")
                    .param("task", unknown + "/0")
                    .query(Boolean.class)
                    .single());
            assertThat(a.run(unknown).get("state").asString()).isEqualTo("QUEUED");
            gate.open();
            assertThat(a.awaitEnd(unknown).get("state").asString()).isEqualTo("SUCCEEDED");
            assertThat(column("attempt", unknown)).isEqualTo(1);
        }
    }

    @Test
    void aRunThatIsTooLargeForAServersDeviceIsLeftToOneThatHoldsItAndHoldsNothingUpMeanwhile() {
        KappaClient large = cluster.node("a").client();
        cluster.node("b").terminate();
        cluster.node("b").awaitExit();
        try (Gate gate = Gate.shut()) {
            String busy = large.submit(BODY.formatted(6, gate));
            large.awaitRun(busy, any -> running(busy) == 1);
            KappaClient small = cluster.node("b", "--kappa.device-bytes=1MB").client();
            String run = large.submit(
                    """
                    {"experiment": "jacobian_rank", "seed": 7, "blocks": 12, "parameters": {"model": "stories-neox",
                     "hooks": ["blocks.2.hook_resid_post"], "corpus": "stories-samples", "sequences": 24, "length": 128}}""");
            large.awaitRun(run, any -> large.get("/v1/runs/" + run + "/blocks").text().contains("larger devices"));
            String fits = small.submit("{\"experiment\": \"counting\", \"seed\": 6, \"blocks\": 4}");
            assertThat(small.awaitEnd(fits).get("state").asString()).isEqualTo("SUCCEEDED");
            gate.open();
            assertThat(large.awaitEnd(run).get("state").asString()).isEqualTo("SUCCEEDED");
            assertThat(cluster.jdbc().sql("select sum(attempt) - count(*) from block where run_id = :run").param("run", run)
                            .query(Integer.class).single())
                    .as("one look by the server whose device is too small")
                    .isEqualTo(1);
            JsonNode refused = small.post("/v1/runs", "{\"experiment\": \"jacobian_rank\", \"parameters\": {\"model\":"
                            + " \"stories-neox\", \"hooks\": [\"blocks.2.hook_resid_post\"], \"corpus\": \"stories-samples\"}}")
                    .json();
            assertThat(refused.get("code").asString()).isEqualTo("too_large_for_device");
        }
        cluster.node("b").terminate();
        cluster.node("b").awaitExit();
    }

    @Test
    @Tag("drill")
    void aBlockThatEndsEveryProcessFailsItsRunWithThatCauseAndNoOther() {
        twoServers();
        KappaClient client = cluster.node("a").client();
        List<String> others = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            others.add(client.submit("{\"experiment\": \"counting\", \"seed\": 8, \"blocks\": 20}"));
        }
        String poison = client.submit("{\"experiment\": \"counting\", \"blocks\": 1, \"priority\": 100,"
                + " \"parameters\": {\"trouble\": \"halt\"}}");
        await().atMost(300, TimeUnit.SECONDS).pollInterval(200, TimeUnit.MILLISECONDS).until(() -> {
            cluster.node("a");
            cluster.node("b");
            return ended(poison) == 1;
        });
        twoServers();
        JsonNode failed = cluster.node("a").client().awaitEnd(poison);
        assertThat(failed.get("state").asString()).isEqualTo("FAILED");
        assertThat(failed.get("state_reason").asString()).isEqualTo("CRASHED");
        assertThat(failed.get("detail").asString()).contains("3 times");
        others.forEach(run -> assertThat(cluster.node("a").client().awaitEnd(run).get("state").asString())
                .isEqualTo("SUCCEEDED"));
    }

    private static int ended(String run) {
        return cluster.jdbc()
                .sql("select count(*) from run where id = :run and finished_at is not null")
                .param("run", run)
                .query(Integer.class)
                .single();
    }

    /** Exactly one of the servers says that it is not live; it is stopped. */
    private static void retire(String why) {
        await().alias(why).atMost(60, TimeUnit.SECONDS).until(() -> unfit().size() == 1);
        List<String> unfit = unfit();
        assertThat(cluster.node(unfit.get(0)).output()).contains("must be replaced");
        cluster.node(unfit.get(0)).terminate();
        assertThat(cluster.node(unfit.get(0)).awaitExit()).isEqualTo(143);
    }

    private static List<String> unfit() {
        return Stream.of("a", "b")
                .filter(name -> cluster.node(name).client().get("/actuator/health/liveness").status() == 503)
                .toList();
    }

    private static String trouble(String kind, int times, String gate) {
        return """
                {"experiment": "counting", "seed": 3, "blocks": 1,
                 "parameters": {"trouble": "%s", "trouble_times": %d, "gate": %s, "gate_from": 9, "name": "%s"}}"""
                .formatted(kind, times, gate, TestHomes.fresh().getParent().resolve("troubles"));
    }

    private static <T> List<T> together(int count, IntFunction<T> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Callable<T>> all = IntStream.range(0, count).<Callable<T>>mapToObj(i -> () -> work.apply(i)).toList();
            List<T> results = new ArrayList<>();
            for (Future<T> result : threads.invokeAll(all)) {
                results.add(result.get());
            }
            return results;
        } finally {
            threads.shutdown();
        }
    }

    private static void twoServers() {
        cluster.node("a");
        cluster.node("b").client();
        cluster.node("a").client();
    }

    private static int running(String run) {
        return cluster.jdbc()
                .sql("select count(*) from block where run_id = :run and state = 'RUNNING'")
                .param("run", run)
                .query(Integer.class)
                .single();
    }

    private static int column(String name, String run) {
        return cluster.jdbc()
                .sql("select " + name + " from block where run_id = :run")
                .param("run", run)
                .query(Integer.class)
                .single();
    }

    /** A run whose one block is being measured by one of the servers. */
    private record Busy(String run, KappaProcess holder, KappaClient client) {
        int attempt() {
            return column("attempt", run);
        }

        int failures() {
            return column("failures", run);
        }
    }

    private static Busy busy(int seed, Gate gate) {
        twoServers();
        KappaClient a = cluster.node("a").client();
        KappaClient b = cluster.node("b").client();
        String run = a.submit(BODY.formatted(seed, gate));
        b.awaitRun(run, any -> any.at("/progress/fraction").asDouble() > 0);
        String holder = cluster.holder(run);
        return new Busy(run, cluster.node(holder), holder.equals("a") ? b : a);
    }

    private static void assertSameDigits(Busy busy, int seed, Gate open) {
        JsonNode run = busy.client().awaitEnd(busy.run());
        KappaClient client = KappaServer.shared().client();
        JsonNode undisturbed = client.finished(BODY.formatted(seed, open));
        assertThat(run.get("state").asString()).isEqualTo("SUCCEEDED");
        assertThat(run.get("metrics")).isEqualTo(undisturbed.get("metrics"));
    }
}
