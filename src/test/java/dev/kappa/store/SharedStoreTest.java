package dev.kappa.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.experiment.Artifact;
import dev.kappa.experiment.Tally;
import dev.kappa.fault.Fault;
import dev.kappa.home.Home;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaProcess;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.S3Server;
import dev.kappa.testing.Scrape;
import dev.kappa.testing.TestHomes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.Resource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;
import tools.jackson.databind.JsonNode;

/** Tallies and artifacts of several servers in one S3 bucket, or in one directory. */
class SharedStoreTest {
    private static final String RUN = "{\"experiment\": \"counting\", \"seed\": 5, \"parameters\": {\"parts\": 12%s}}";
    private static final Map<String, String> CREDENTIALS = Map.of("aws.accessKeyId", "any", "aws.secretAccessKey", "any");

    private static S3Server s3;
    private static S3Client bucket;
    private static KappaServer first;
    private static KappaServer second;

    @BeforeAll
    static void twoServersOnOneDatabaseAndOneBucket() throws SQLException {
        s3 = S3Server.start();
        bucket = s3.client();
        bucket.createBucket(request -> request.bucket("kappa"));
        CREDENTIALS.forEach(System::setProperty);
        String[] store = {"kappa.store=s3://kappa/lab/one", "kappa.store.s3.endpoint=" + s3.endpoint()};
        first = KappaServer.start(TestHomes.fresh(), store);
        second = KappaServer.start(TestHomes.fresh(), store[0], store[1], "spring.datasource.url=" + url(first),
                "spring.datasource.username=postgres", "spring.datasource.password=postgres");
    }

    @AfterAll
    static void stop() {
        second.close();
        first.close();
        s3.close();
        CREDENTIALS.keySet().forEach(System::clearProperty);
    }

    private static String url(KappaServer server) throws SQLException {
        try (Connection connection = server.bean(DataSource.class).getConnection()) {
            return connection.getMetaData().getURL();
        }
    }

    @Test
    void twoServersOnOneBucketGiveTheDigitsOfOneOnADisk() {
        JsonNode run;
        double byFirst;
        double bySecond;
        // Which of them takes a block is up to them: until both have.
        do {
            byFirst = blocks(first);
            bySecond = blocks(second);
            run = first.client().finished(RUN.formatted(", \"draws\": 200000"));
        } while (blocks(first) == byFirst || blocks(second) == bySecond);
        KappaClient alone = KappaServer.shared().client();
        JsonNode undisturbed = alone.finished(RUN.formatted(", \"draws\": 200000"));
        assertThat(run.get("state").asString()).isEqualTo("SUCCEEDED");
        assertThat(run.get("metrics")).isEqualTo(undisturbed.get("metrics"));
        String id = run.get("id").asString();
        assertThat(keys("lab/one/tallies/" + id + "/")).hasSize(12);
        assertThat(keys("lab/one/artifacts/" + id + "/")).containsExactly("lab/one/artifacts/" + id + "/total/total.txt");
        JsonNode again = second.client()
                .post("/v1/runs/" + id + ":reanalyse", "{\"parameters\": {\"times\": 2}}")
                .json();
        assertThat(second.client().awaitEnd(again.get("id").asString()).at("/metrics/0/value").asDouble())
                .isEqualTo(2 * run.at("/metrics/0/value").asDouble());
    }

    private static double blocks(KappaServer server) {
        return Scrape.of(server.client()).sum("kappa_blocks_total", "outcome=\"done\"");
    }

    private static List<String> keys(String prefix) {
        return bucket.listObjectsV2(request -> request.bucket("kappa").prefix(prefix)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    @Test
    void downloadsComeFromTheBucketWholeOrInRanges() {
        KappaClient client = second.client();
        String id = client.submit(RUN.formatted(""));
        JsonNode run = client.awaitEnd(id);
        String path = "/v1/runs/" + id + "/artifacts/total/total.txt";
        String total = Double.toString(run.at("/metrics/0/value").asDouble());
        assertThat(client.get(path).text()).isEqualTo(total);
        assertThat(client.get(path, "Range", "bytes=2-4").text()).isEqualTo(total.substring(2, 5));
        assertThat(client.get(path, "Range", "bytes=2-4").status()).isEqualTo(206);
        bucket.deleteObject(request -> request.bucket("kappa").key("lab/one/artifacts/" + id + "/total/total.txt"));
        assertThat(client.get(path).json().get("code").asString()).isEqualTo("file_gone");
    }

    @Test
    void anEmptyFileIsReadAsWell() throws IOException {
        first.bean(ArtifactStore.class).write("empty", new Artifact("notes", "data", Map.of("none.txt", new byte[0])));
        assertThat(second.bean(ArtifactStore.class).resource("empty", "notes", "none.txt").getContentAsByteArray()).isEmpty();
    }

    @Test
    void aTallyComesBackBitByBitOnTheOtherServerAndOneThatChangedIsNotRead() {
        Tally tally = new Tally().put("sum", new double[] {1.5, Double.NaN, -0.0}, 3);
        StoredTally stored = first.bean(TallyStore.class).write("by-hand", 0, tally);
        TallyStore other = second.bean(TallyStore.class);
        assertThat(other.read("by-hand", 0, stored.hash()).doubles("sum")).isEqualTo(tally.doubles("sum"));
        StoredTally changed = first.bean(TallyStore.class).write("by-hand", 1, new Tally().put("sum", 2));
        String key = "lab/one/tallies/by-hand/1-" + changed.hash() + ".safetensors";
        bucket.putObject(request -> request.bucket("kappa").key(key), RequestBody.fromString("else"));
        assertThatThrownBy(() -> other.read("by-hand", 1, changed.hash())).hasMessageContaining("is not what was written");
        String missing = "0".repeat(64);
        assertThatThrownBy(() -> other.read("by-hand", 2, missing))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("s3://kappa/lab/one/tallies/by-hand/2-" + missing);
    }

    @Test
    void halfACopyOnAServerIsFetchedAgainFromTheBucket() throws IOException {
        StoredTally stored = first.bean(TallyStore.class).write("half", 0, new Tally().put("sum", 1));
        TallyStore other = second.bean(TallyStore.class);
        other.read("half", 0, stored.hash());
        Path copy = second.bean(Home.class)
                .directory()
                .resolve("cache/store/kept/tallies/half/0-" + stored.hash() + ".safetensors");
        Files.write(copy, new byte[0]);
        assertThat(other.read("half", 0, stored.hash()).doubles("sum")).containsExactly(1);
        assertThat(copy).isNotEmptyFile();
    }

    @Test
    void whatARunLeftInTheBucketIsFoundAndGoesWithIt() {
        StoredTally stored = first.bean(TallyStore.class).write("nobodys", 0, new Tally().put("sum", 1));
        RunFolders folders = second.bean(RunFolders.class);
        assertThat(folders.runs(Instant.now().plusSeconds(3_600))).contains("nobodys");
        assertThat(folders.runs(Instant.EPOCH)).isEmpty();
        String database = second.bean(JdbcClient.class).sql("select id from database_id").query(String.class).single();
        assertThat(folders.belongTo(database)).isTrue();
        assertThat(folders.belongTo("another")).isFalse();
        folders.delete("nobodys");
        assertThat(keys("lab/one/tallies/nobodys/")).isEmpty();
        assertThat(second.bean(TallyStore.class).resource("nobodys", 0, stored.hash()).exists()).isFalse();
    }

    @Test
    void whatAnEndedRunDoesNotNameGoesFromTheBucketAndTheRestStays() {
        String folder = "by-two";
        StoredTally named = first.bean(TallyStore.class).write(folder, 10, new Tally().put("sum", 1));
        StoredTally discarded = first.bean(TallyStore.class).write(folder, 10, new Tally().put("sum", 2));
        for (String artifact : List.of("total", "unfinished")) {
            Map<String, byte[]> files = Map.of("total.txt", new byte[] {1}, "more.txt", new byte[] {2});
            first.bean(ArtifactStore.class).write(folder, new Artifact(artifact, "data", files));
        }
        Set<String> tallies = Set.of(TallyStore.file("10-" + named.hash()));
        RunFolders folders = second.bean(RunFolders.class);
        assertThat(folders.retain(folder, tallies, Set.of("total")))
                .containsExactlyInAnyOrder(
                        "tallies/by-two/" + TallyStore.file("10-" + discarded.hash()), "artifacts/by-two/unfinished");
        assertThat(keys("lab/one/tallies/by-two/")).hasSize(1);
        assertThat(keys("lab/one/artifacts/by-two/")).hasSize(2).allMatch(key -> key.contains("/total/"));
        assertThat(folders.retain(folder, tallies, Set.of("total"))).isEmpty();
    }

    @Test
    void anArtifactOfTheBucketIsCopiedOnceHoweverManyAskForIt() throws Exception {
        List<StoredFile> files = written("asked-by-many");
        Path cache = TestHomes.fresh();
        ArtifactCopies copies = new ArtifactCopies(second.bean(Blobs.class), cache, any -> 1_000);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<Path>> asked = IntStream.range(0, 8)
                .mapToObj(any -> threads.submit(() -> copies.folder("asked-by-many", "model", () -> files)))
                .toList();
        threads.shutdown();
        for (Future<Path> folder : asked) {
            assertThat(folder.get()).isEqualTo(cache.resolve("artifacts/asked-by-many/model"));
            assertThat(Files.readAllBytes(folder.get().resolve("b.bin"))).containsExactly(3, 4);
        }
        assertThat(cache.resolve("staged")).isEmptyDirectory();
        copies.retain(Set.of("asked-by-many/model"));
        assertThat(asked.get(0).get()).isDirectory();
        copies.retain(Set.of());
        assertThat(asked.get(0).get()).doesNotExist();
    }

    @Test
    void aCopyThatHasNoRoomOrNoPlaceIsNotBegunOrLeavesNothingAndIsMadeLater() throws IOException {
        List<StoredFile> files = written("no-room");
        Path cache = TestHomes.fresh();
        Blobs blobs = second.bean(Blobs.class);
        notCopied(new ArtifactCopies(blobs, cache, any -> 3), files).hasMessageContaining("4 bytes").hasMessageContaining("are 3");
        Path place = Files.createFile(cache.resolve("artifacts"));
        ArtifactCopies copies = new ArtifactCopies(blobs, cache, any -> 4);
        notCopied(copies, files).hasMessageContaining("cannot be copied to '" + place);
        assertThat(cache.resolve("staged")).isEmptyDirectory();
        Files.delete(place);
        assertThat(copies.folder("no-room", "model", () -> files)).isDirectoryContaining("glob:**a.bin");
    }

    private static List<StoredFile> written(String run) {
        Map<String, byte[]> files = Map.of("a.bin", new byte[] {1, 2}, "b.bin", new byte[] {3, 4});
        return first.bean(ArtifactStore.class).write(run, new Artifact("model", "sae", files));
    }

    private static AbstractThrowableAssert<?, ?> notCopied(ArtifactCopies copies, List<StoredFile> files) {
        return assertThatThrownBy(() -> copies.folder("no-room", "model", () -> files))
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo("fetch_failed"))
                .hasMessageContaining("'s3://kappa/lab/one/artifacts/no-room/model'");
    }

    @Test
    void aDirectoryMayBeTheStoreInPlaceOfTheHome() throws IOException {
        Path store = TestHomes.fresh().resolveSibling("store");
        Path home = TestHomes.fresh();
        try (KappaServer server = KappaServer.start(home, "kappa.store=" + store)) {
            KappaClient client = server.client();
            String id = client.submit(RUN.formatted(""));
            assertThat(client.awaitEnd(id).get("state").asString()).isEqualTo("SUCCEEDED");
            assertThat(Files.readString(store.resolve("artifacts").resolve(id).resolve("total/total.txt"), StandardCharsets.UTF_8))
                    .isEqualTo(client.get("/v1/runs/" + id + "/artifacts/total/total.txt").text());
            Resource tally = server.bean(TallyStore.class)
                    .resource(id, 0, client.get("/v1/runs/" + id + "/blocks").json().at("/blocks/0/tally_hash").asString());
            assertThat(tally.getFile().toPath()).startsWith(store);
        }
        assertThat(home.resolve("tallies")).doesNotExist();
    }

    @Test
    void aStoreThatCannotBeUsedKeepsTheServerFromStartingAndSaysWhy() {
        String endpoint = "--kappa.store.s3.endpoint=" + s3.endpoint();
        assertThat(refusal("--kappa.store=s3://kappa/lab", endpoint)).contains("s3://kappa/lab/", "needs credentials", "AWS_ACCESS_KEY_ID");
        refused("s3:/kappa", "").hasMessageContaining("'s3:/kappa'").hasMessageContaining("s3://bucket/prefix");
        refused("results", "").hasMessageContaining("'results'").hasMessageContaining("absolute directory");
        refused("s3://kappa", "minio").hasMessageContaining("'minio'").hasMessageContaining("https://");
        refused("s3://nobodys/lab", s3.endpoint())
                .hasMessage("kappa.store 's3://nobodys/lab/' at " + s3.endpoint() + ": there is no such bucket");
        refused("s3://kappa/lab", "http://127.0.0.1:1").hasMessageContaining("at http://127.0.0.1:1 cannot be used");
    }

    private static AbstractThrowableAssert<?, ?> refused(String store, String endpoint) {
        return assertThatThrownBy(() ->
                        new StoreConfiguration().blobs(null, store, endpoint, "", DataSize.ofMegabytes(1)))
                .isInstanceOf(Fault.class);
    }

    /** Of a real process, which has no credentials: in its last line, without a stack trace. */
    private static String refusal(String... arguments) {
        KappaProcess process = KappaProcess.start(TestHomes.fresh(), arguments);
        assertThat(process.awaitExit()).isEqualTo(1);
        assertThat(process.output()).doesNotContain("\tat ");
        return process.output().strip().lines().reduce((before, last) -> last).orElseThrow();
    }
}
