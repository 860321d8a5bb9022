package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A server that keeps tallies for 30 days, artifacts for 60 and runs for 90, by the clock of its database. */
class RetentionByAgeTest {
    private static KappaServer server;
    private static KappaClient client;

    @BeforeAll
    static void start() {
        server = KappaServer.start(
                TestHomes.fresh(),
                "kappa.retention.interval=1d",
                "kappa.retention.tallies.age=30d",
                "kappa.retention.artifacts.age=60d",
                "kappa.retention.runs.age=90d");
        client = server.client();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void whatARunLeftIsDeletedOnceItIsOldEnoughAndEachDeletionIsOnRecord() {
        String young = endedBefore(29);
        String middle = endedBefore(31);
        String older = endedBefore(61);
        String old = endedBefore(91);
        server.bean(Retention.class).look();

        assertThat(client.run(young).has("tallies")).isFalse();
        assertThat(client.run(middle).get("tallies").asString()).isEqualTo("expired");
        assertThat(client.run(middle).has("artifacts")).isFalse();
        assertThat(client.run(older).get("artifacts").asString()).isEqualTo("expired");
        assertThat(client.get("/v1/runs/" + old).status()).isEqualTo(404);
        assertThat(acts(young)).isEmpty();
        assertThat(acts(middle)).containsExactly("tallies_expire by kappa.retention.tallies");
        assertThat(acts(older)).containsExactly(
                "artifacts_expire by kappa.retention.artifacts", "tallies_expire by kappa.retention.tallies");
        assertThat(acts(old)).containsExactly("runs_expire by kappa.retention.runs");

        server.bean(Retention.class).look();
        assertThat(acts(middle)).as("said once").hasSize(1);
    }

    @Test
    void anImportedRunIsAsOldAsItsArrivalHoweverLongAgoItEndedElsewhere(@TempDir Path folder) throws IOException {
        String run = endedBefore(400);
        Path archive = Files.write(folder.resolve("run.zip"), client.bytes("/v1/runs/" + run + "/export"));
        server.bean(Retention.class).look();
        assertThat(client.get("/v1/runs/" + run).status()).isEqualTo(404);

        assertThat(client.upload("/v1/runs:import", "application/zip", archive).status()).isEqualTo(201);
        server.bean(Retention.class).look();
        assertThat(client.run(run).get("state").asString()).isEqualTo("SUCCEEDED");
        assertThat(client.run(run).has("tallies")).isFalse();

        shift(run, "imported_at", 91);
        server.bean(Retention.class).look();
        assertThat(client.get("/v1/runs/" + run).status()).isEqualTo(404);
    }

    private static String endedBefore(int days) {
        String run = client.submit("{\"experiment\": \"counting\"}");
        client.awaitEnd(run);
        for (String column : List.of("created_at", "started_at", "finished_at")) {
            shift(run, column, days);
        }
        return run;
    }

    private static void shift(String run, String column, int days) {
        server.bean(JdbcClient.class)
                .sql("update run set %1$s = %1$s - make_interval(days => :days) where id = :run".formatted(column))
                .param("days", days)
                .param("run", run)
                .update();
    }

    /** Newest first. */
    private static List<String> acts(String run) {
        return client.get("/v1/audit?page_size=500").json().get("acts").valueStream()
                .filter(act -> act.get("subject").asString().equals(run))
                .map(act -> act.get("act").asString() + " by " + act.get("actor").asString())
                .toList();
    }
}
