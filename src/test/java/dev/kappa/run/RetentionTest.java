package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kappa.store.RunFolders;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** A server that keeps the tallies of one run, the artifacts of two and the rows of three. */
class RetentionTest {
    private static Path home;
    private static KappaServer server;
    private static KappaClient client;
    /** Oldest first. */
    private static final List<String> RUNS = new ArrayList<>();

    @BeforeAll
    static void fourRunsThatHaveEnded() {
        home = TestHomes.fresh();
        server = KappaServer.start(
                home,
                "kappa.retention.interval=100ms",
                "kappa.retention.tallies.count=1",
                "kappa.retention.artifacts.count=2",
                "kappa.retention.runs.count=3");
        client = server.client();
        for (int i = 0; i < 4; i++) {
            RUNS.add(client.submit("{\"experiment\": \"counting\", \"seed\": " + i + ", \"parameters\": {\"parts\": 12}}"));
            client.awaitEnd(RUNS.get(i));
        }
        client.awaitRun(RUNS.get(1), run -> run.has("artifacts"));
        client.awaitRun(RUNS.get(2), run -> run.has("tallies"));
        await().until(() -> client.get("/v1/runs/" + RUNS.get(0)).status() == 404);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void whatIsBeyondTheCountIsDeletedAndTheRunSaysSo() {
        assertThat(client.run(RUNS.get(3)).has("tallies")).isFalse();
        assertThat(client.run(RUNS.get(2)).get("tallies").asString()).isEqualTo("expired");
        assertThat(client.run(RUNS.get(2)).has("artifacts")).isFalse();
        assertThat(client.run(RUNS.get(1)).get("artifacts").asString()).isEqualTo("expired");
        assertThat(client.run(RUNS.get(1)).get("metrics")).as("findings stay with the run").isNotEmpty();
        assertThat(home.resolve("tallies").resolve(RUNS.get(2))).doesNotExist();
        assertThat(home.resolve("tallies").resolve(RUNS.get(3))).isNotEmptyDirectory();
        assertThat(home.resolve("artifacts").resolve(RUNS.get(1))).doesNotExist();
        assertThat(home.resolve("artifacts").resolve(RUNS.get(2))).isNotEmptyDirectory();
    }

    @Test
    void aRunThatWasDeletedIsRemembered() {
        JsonNode problem = client.get("/v1/runs/" + RUNS.get(0)).json();
        assertThat(problem.get("code").asString()).isEqualTo("unknown_run");
        assertThat(problem.get("detail").asString()).contains(RUNS.get(0)).contains("kappa.retention.runs");
        assertThat(home.resolve("artifacts").resolve(RUNS.get(0))).doesNotExist();
    }

    @Test
    void whateverIsAskedOfADeletedRunSaysThatItWasDeleted() {
        String detail = client.get("/v1/runs/" + RUNS.get(0)).json().get("detail").asString();
        for (String path : List.of(
                "/v1/runs/" + RUNS.get(0) + "/metrics",
                "/v1/runs/" + RUNS.get(0) + "/tables/sums",
                "/v1/runs/" + RUNS.get(0) + "/blocks",
                "/v1/runs/" + RUNS.get(0) + "/export",
                "/v1/comparisons?runs=" + RUNS.get(3) + "," + RUNS.get(0))) {
            JsonNode problem = client.get(path).json();
            assertThat(problem.get("code").asString()).as(path).isEqualTo("unknown_run");
            assertThat(problem.get("detail").asString()).as(path).isEqualTo(detail);
        }
        KappaClient.Answer page = client.get("/runs/" + RUNS.get(0), "Accept", "text/html");
        assertThat(page.status()).isEqualTo(404);
        assertThat(page.text()).contains("was deleted at").contains("kappa.retention.runs");
    }

    @Test
    void aRunWhoseTalliesAreGoneCannotBeReanalysed() {
        KappaClient.Answer answer = client.post("/v1/runs/" + RUNS.get(2) + ":reanalyse", "{\"parameters\": {\"times\": 2}}");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().get("code").asString()).isEqualTo("tallies_expired");
        assertThat(answer.json().get("detail").asString()).contains(RUNS.get(2)).contains("kappa.retention.tallies");
    }

    @Test
    void filesThatBelongToNoRunAreDeletedOnceTheyAreOldUnlessTheyAreAnotherDatabases() throws IOException {
        Path fresh = folder("fresh", Instant.now());
        Path known = folder(RUNS.get(3), Instant.now().minus(Duration.ofDays(1)));
        Path owner = home.resolve("tallies").resolve(".database");
        String database = Files.readString(owner);
        Files.writeString(owner, "another");
        Path orphan = folder("orphan", Instant.now().minus(Duration.ofDays(1)));
        Path arriving = folder("arriving", Instant.now().minus(Duration.ofDays(1)));
        Path artifacts = Files.createDirectories(home.resolve("artifacts").resolve("arriving"));
        server.bean(Orphans.class).sweep();
        assertThat(orphan).exists();
        Files.writeString(owner, database);
        await().until(() -> Files.notExists(orphan));
        assertThat(fresh).exists();
        assertThat(known).exists();
        assertThat(arriving).as("an artifact has just come to it").exists();
        Files.delete(artifacts);
    }

    @Test
    void filesOfAnImportWhoseRowsCannotBeWrittenAreNobodysAndGoOnceTheyAreOld() throws IOException {
        KappaClient elsewhere = KappaServer.shared().client();
        String run = elsewhere.submit("{\"experiment\": \"counting\", \"seed\": 4711}");
        elsewhere.awaitEnd(run);
        Path zip = Files.write(TestHomes.fresh().resolveSibling("run.zip"), elsewhere.bytes("/v1/runs/" + run + "/export"));
        server.bean(JdbcClient.class).sql("alter table run add constraint refused check (seed <> 4711)").update();
        assertThat(client.upload("/v1/runs:import", "application/zip", zip).status()).isEqualTo(500);
        assertThat(client.get("/v1/runs/" + run).status()).isEqualTo(404);
        Path tallies = home.resolve("tallies").resolve(run);
        Path artifacts = home.resolve("artifacts").resolve(run);
        assertThat(below(tallies, artifacts)).as("stored before the rows").hasSize(5);
        folder(run, Instant.now().minus(Duration.ofDays(1)));
        Files.setLastModifiedTime(artifacts, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
        await().until(() -> Files.notExists(tallies) && Files.notExists(artifacts));
    }

    /** As it is after a kill between a file and its row, or between a row's end and its files'. */
    @Test
    void filesThatARunWhichHasEndedDoesNotNameAreDeletedAndTheOthersStay() throws IOException {
        Path tallies = home.resolve("tallies").resolve(RUNS.get(3));
        Path artifacts = home.resolve("artifacts").resolve(RUNS.get(3));
        List<Path> named = below(tallies, artifacts);
        Path discarded = Files.write(tallies.resolve("1-0123456789abcdef.safetensors"), new byte[8]);
        Path unfinished = Files.createDirectories(artifacts.resolve("unfinished"));
        Files.write(unfinished.resolve("total.txt"), new byte[8]);
        Path expired = Files.createDirectories(home.resolve("tallies").resolve(RUNS.get(2)));
        Files.write(expired.resolve("0-0123456789abcdef.safetensors"), new byte[8]);
        new Orphans(
                        server.bean(JdbcClient.class),
                        server.bean(RunFolders.class),
                        new RetentionSettings(null, null, null, null, Duration.ZERO))
                .sweep();
        assertThat(discarded).doesNotExist();
        assertThat(unfinished).doesNotExist();
        assertThat(below(tallies, artifacts)).isEqualTo(named).hasSize(13);
        assertThat(expired).isEmptyDirectory();
        Files.delete(expired);
    }

    private static List<Path> below(Path... folders) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path folder : folders) {
            try (Stream<Path> found = Files.walk(folder)) {
                found.filter(Files::isRegularFile).sorted().forEach(files::add);
            }
        }
        return files;
    }

    private static Path folder(String run, Instant changed) throws IOException {
        Path folder = Files.createDirectories(home.resolve("tallies").resolve(run));
        Files.setLastModifiedTime(folder, FileTime.from(changed));
        return folder;
    }
}
