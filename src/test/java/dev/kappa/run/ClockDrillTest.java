package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.Cluster;
import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Servers whose own clocks are an hour ahead of that of their database. */
@Tag("drill")
class ClockDrillTest {
    private static final String HOUR_BEHIND =
            """
            create schema behind;
            create function behind.clock_timestamp() returns timestamptz volatile language sql
                as $$ select pg_catalog.clock_timestamp() - interval '1 hour' $$;
            create function behind.now() returns timestamptz stable language sql
                as $$ select pg_catalog.now() - interval '1 hour' $$;
            alter database postgres set search_path = public, behind, pg_catalog""";

    @Test
    void leasesGoByTheDatabasesClock() {
        try (Cluster cluster = new Cluster();
                Gate gate = Gate.shut()) {
            cluster.jdbc().sql(HOUR_BEHIND).update();
            cluster.node("b");
            KappaClient a = cluster.node("a").client();
            KappaClient b = cluster.node("b").client();
            String run = a.submit("{\"experiment\": \"counting\", \"deadline_seconds\": 600, \"parameters\": {\"parts\": 1, \"gate\": \""
                    + gate + "\"}}");
            b.awaitRun(run, any -> any.at("/progress/fraction").asDouble() > 0);
            assertThat(Instant.parse(a.run(run).get("deadline_at").asString()))
                    .isBefore(Instant.now().minus(Duration.ofMinutes(45)));
            assertThat(secondsSinceBeat(cluster, run)).as("a beat is of the database's time").isBetween(-60.0, 60.0);

            String holder = cluster.holder(run);
            KappaClient other = holder.equals("a") ? b : a;
            cluster.node(holder).kill();
            other.awaitRun(run, any -> attempt(cluster, run) == 2);
            gate.open();
            assertThat(other.awaitEnd(run).get("state").asString()).isEqualTo("SUCCEEDED");
            assertThat(attempt(cluster, run)).as("taken over once, by the one that lives").isEqualTo(2);
        }
    }

    private static double secondsSinceBeat(Cluster cluster, String run) {
        return cluster.jdbc()
                .sql("select extract(epoch from clock_timestamp() - last_heartbeat)::double precision"
                        + " from scheduled_tasks where task_instance = :block")
                .param("block", run + "/0")
                .query(Double.class)
                .single();
    }

    private static int attempt(Cluster cluster, String run) {
        return cluster.jdbc()
                .sql("select attempt from block where run_id = :run")
                .param("run", run)
                .query(Integer.class)
                .single();
    }
}
