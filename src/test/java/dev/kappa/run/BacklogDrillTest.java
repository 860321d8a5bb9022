package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kappa.testing.Cluster;
import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Ten thousand runs that wait for two servers. To see it: {@code mvn -q -Pdrill -Dtest=BacklogDrillTest test}. */
@Tag("drill")
class BacklogDrillTest {
    private static final int RUNS = 10_000;

    @Test
    void tenThousandRunsThatWaitAreListedCancelledAndWorkedOffAndNoneIsLost() {
        try (Cluster cluster = new Cluster();
                Gate gate = Gate.shut()) {
            cluster.node("a");
            KappaClient b = cluster.node("b").client();
            KappaClient a = cluster.node("a").client();
            String template = a.submit(gate.body());
            a.awaitRun(template, run -> cluster.jdbc()
                            .sql("select count(*) from block where state = 'RUNNING'").query(Integer.class).single()
                    == 2);
            fill(cluster.jdbc(), template);
            assertThat(a.get("/v1/queue").json().get("depth").asInt()).isEqualTo(RUNS);

            time("a submission", () -> a.submit("{\"experiment\": \"counting\", \"priority\": 100}"));
            String last = time("the queue", () -> b.get("/v1/queue")).json().at("/runs/99/id").asString();
            time("a page of 50 runs", () -> b.get("/v1/runs"));
            time("a page of waiting runs", () -> b.get("/v1/runs?state=QUEUED"));
            time("a waiting run", () -> b.get("/v1/runs/" + last));
            time("its cancellation", () -> b.post("/v1/runs/" + last + ":cancel", ""));
            assertThat(b.run(last).get("state").asString()).isEqualTo("CANCELLED");

            long start = System.nanoTime();
            gate.open();
            JdbcClient jdbc = cluster.jdbc();
            await().atMost(Duration.ofMinutes(30)).pollInterval(Duration.ofSeconds(1)).until(() -> jdbc.sql(
                                    "select count(*) from run where finished_at is null")
                            .query(Integer.class)
                            .single()
                    == 0);
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf("%-40s %8.1f s, %.0f runs/s%n", "all worked off by two servers", seconds, RUNS / seconds);
            assertThat(count(jdbc, "run where state = 'SUCCEEDED'")).isEqualTo(RUNS + 1);
            assertThat(count(jdbc, "block where attempt > 1")).isZero();
            assertThat(count(jdbc, "scheduled_tasks")).isZero();
        }
    }

    /** Copies of a run with one block each, as so many submissions would have made them. */
    private static void fill(JdbcClient jdbc, String template) {
        jdbc.sql(
                        """
                        insert into run (id, experiment, parameters, seed, blocks, sequential, activation_bytes, flops,
                            priority, labels, shapes, provenance, state)
                        select 'backlog-' || lpad(i::text, 6, '0'), experiment, '{"draws": 10, "parts": 1}', i, 1, false, 0, 0,
                            0, labels, shapes, provenance, 'QUEUED'
                        from run, generate_series(1, :runs) i where id = :template""")
                .param("runs", RUNS)
                .param("template", template)
                .update();
        jdbc.sql("insert into block (run_id, index, state) select id, 0, 'WAITING' from run where id like 'backlog-%'")
                .update();
        jdbc.sql(
                        """
                        insert into scheduled_tasks (task_name, task_instance, task_data, execution_time, picked, version, priority)
                        select 'block', id || '/0', convert_to('{"run":"' || id || '","index":0}', 'UTF8'),
                            created_at - interval '8 days', false, 1, 0
                        from run where id like 'backlog-%'""")
                .update();
    }

    private static int count(JdbcClient jdbc, String what) {
        return jdbc.sql("select count(*) from " + what).query(Integer.class).single();
    }

    /** The best of five, as a person would see it who asks again. */
    private static <T> T time(String what, Supplier<T> request) {
        T answer = null;
        double best = Double.MAX_VALUE;
        for (int i = 0; i < (what.startsWith("a submission") || what.startsWith("its") ? 1 : 5); i++) {
            long start = System.nanoTime();
            answer = request.get();
            best = Math.min(best, (System.nanoTime() - start) / 1e6);
        }
        System.out.printf("%-40s %8.1f ms%n", what + ", 10,000 waiting", best);
        return answer;
    }
}
