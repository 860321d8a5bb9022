package dev.kappa.web;

import dev.kappa.testing.Cluster;
import dev.kappa.testing.KappaClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How long answers take while a run computes, the server and those who ask being processes of one machine. To see
 * it: {@code mvn -q -Pbenchmark -Dkappa.process.jit=-XX:+TieredCompilation -Dtest=LatencyBenchmarkTest test}. Requests go out by the clock, whatever became of
 * those before, and are timed from when they were due.
 */
@Tag("benchmark")
class LatencyBenchmarkTest {
    private static final String LONG_RUN = """
            {"experiment": "jacobian_rank", "seed": %d, "blocks": 250, "parameters": {"model": "stories-neox",
             "hooks": ["blocks.2.hook_resid_post"], "corpus": "stories-samples", "sequences": 500, "length": 128}}""";
    private static final int RUNS = 10_000;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void answersWhileARunComputes() {
        try (Cluster cluster = new Cluster()) {
            KappaClient client = cluster.node("a").client();
            URI base = client.base();
            String ended = client.submit("""
                    {"experiment": "jacobian_rank", "blocks": 4, "parameters": {"model": "stories-neox",
                     "hooks": ["blocks.2.hook_resid_post"], "corpus": "stories-samples", "sequences": 8, "length": 32}}""");
            client.awaitEnd(ended);
            String tag = client.get("/v1/runs/" + ended).header("ETag");
            fill(cluster, ended);
            String computing = client.running(LONG_RUN.formatted(1));

            HttpRequest run = get(base, "/v1/runs/" + computing).build();
            HttpRequest known =
                    get(base, "/v1/runs/" + ended).header("If-None-Match", tag).build();
            HttpRequest page = get(base, "/v1/runs?page_size=50").build();
            measure("warm", 200, 6_000, i -> run);
            measure("warm", 200, 2_000, i -> known);
            measure("a run, 200 a second", 200, 4_000, i -> run);
            measure("304 for a run, 200 a second", 200, 4_000, i -> known);
            measure("50 of 10,000 runs, 10 a second", 10, 200, i -> page);
            measure("submit, 10 a second", 10, 200, i -> HttpRequest.newBuilder(base.resolve("/v1/runs"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(LONG_RUN.formatted(i)))
                    .build());
            System.out.println("the run that computed meanwhile: " + client.run(computing).get("state").asString());
        }
    }

    private static HttpRequest.Builder get(URI base, String path) {
        return HttpRequest.newBuilder(base.resolve(path));
    }

    private void measure(String what, int rate, int count, IntFunction<HttpRequest> request) {
        long start = System.nanoTime() + 50_000_000;
        long gap = 1_000_000_000L / rate;
        double[] milliseconds = new double[count];
        int[] status = new int[count];
        List<CompletableFuture<?>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long due = start + i * gap;
            LockSupport.parkNanos(due - System.nanoTime());
            int number = i;
            answers.add(http.sendAsync(request.apply(i), HttpResponse.BodyHandlers.discarding())
                    .thenAccept(answer -> {
                        milliseconds[number] = (System.nanoTime() - due) / 1e6;
                        status[number] = answer.statusCode();
                    }));
        }
        answers.forEach(CompletableFuture::join);
        Arrays.sort(milliseconds);
        if (!what.equals("warm")) {
            System.out.printf(
                    "%-32s median %6.1f ms  p99 %6.1f ms  of %d, statuses %s%n",
                    what,
                    milliseconds[count / 2],
                    milliseconds[(int) Math.ceil(0.99 * count) - 1],
                    count,
                    Arrays.stream(status).distinct().boxed().toList());
        }
    }

    /** Copies of a run that has ended. */
    private static void fill(Cluster cluster, String template) {
        cluster.jdbc()
                .sql("""
                        insert into run (id, experiment, parameters, seed, blocks, sequential, activation_bytes, flops,
                            priority, labels, shapes, provenance, state, started_at, finished_at)
                        select 'copy-' || lpad(i::text, 6, '0'), experiment, parameters, i, blocks, sequential,
                            activation_bytes, flops, priority, labels, shapes, provenance, state, started_at, finished_at
                        from run, generate_series(1, :runs) i where id = :template""")
                .param("runs", RUNS)
                .param("template", template)
                .update();
        cluster.jdbc()
                .sql("""
                        insert into block (run_id, index, state, attempt, progress, finished_at)
                        select id, index, 'DONE', 1, 1, finished_at from run, generate_series(0, blocks - 1) index
                        where id like 'copy-%'""")
                .update();
    }
}
