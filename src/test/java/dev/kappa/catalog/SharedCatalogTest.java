package dev.kappa.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kappa.catalog.hub.FakeHub;
import dev.kappa.catalog.hub.FakeHub.Manner;
import dev.kappa.testing.Cluster;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaClient.Answer;
import dev.kappa.testing.S3Server;
import dev.kappa.testing.Scrape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import tools.jackson.databind.JsonNode;

/**
 * Servers on one Postgres and one bucket. The first downloads a model, samples a corpus from it and trains a dictionary
 * on that, and ends; the others have all three to fetch.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SharedCatalogTest {
    private static final String SWEEP =
            """
            {"experiment": "width_sweep", "seed": 3, "blocks": 4, "parameters": {"model": "tiny",
             "hook": "blocks.1.hook_resid_post", "saes": ["trained"], "corpus": "sampled", "sequences": 24, "length": 16,
             "min_fires": 1, "calibration": {"method": "mass"}}}""";

    @TempDir
    static Path folder;

    private static final FakeHub hub = new FakeHub();
    private static S3Server s3;
    private static S3Client bucket;
    private static Cluster cluster;
    private static JsonNode byFirst;
    private static KappaClient second;
    private static KappaClient third;
    /** The first's entries, by their addresses. */
    private static final List<JsonNode> ENTRIES = new ArrayList<>();

    private static final List<String> ADDRESSES = List.of("/v1/models/tiny", "/v1/corpora/sampled", "/v1/saes/trained");
    private static String corpusRun;
    private static String dictionaryRun;

    @BeforeAll
    static void theFirstDoesAllAndEnds() throws IOException {
        s3 = S3Server.start();
        try (Stream<Path> files = Files.list(TinyThings.model(folder.resolve("model"), 1))) {
            for (Path file : files.toList()) {
                hub.with(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        bucket = s3.client();
        bucket.createBucket(request -> request.bucket("lab"));
        List<String> arguments = new ArrayList<>(s3.arguments("lab"));
        arguments.addAll(List.of(
                "--kappa.bundle=test-bundle/", "--kappa.hub.endpoint=" + hub.endpoint(), "--kappa.hub.hosts=" + hub.storeHost()));
        cluster = new Cluster(arguments.toArray(String[]::new));
        KappaClient first = cluster.node("first").client();
        register(first, "models", "tiny", "hf:lab/tiny@main");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> first.get("/v1/models/tiny").json().path("state").asString("").equals("ready"));
        corpusRun = finished(first, """
                {"experiment": "model_samples", "seed": 1, "blocks": 2,
                 "parameters": {"model": "tiny", "sequences": 40, "length": 16}}""");
        register(first, "corpora", "sampled", "run:" + corpusRun + "/corpus");
        dictionaryRun = finished(first, """
                {"experiment": "sae_training", "seed": 2, "blocks": 2, "parameters": {"model": "tiny",
                 "hook": "blocks.1.hook_resid_post", "corpus": "sampled", "sequences": 40, "length": 16, "width": 32, "k": 4}}""");
        register(first, "saes", "trained", "run:" + dictionaryRun + "/sae");
        byFirst = first.run(finished(first, SWEEP));
        ADDRESSES.forEach(address -> ENTRIES.add(first.get(address).json()));
        cluster.node("first").terminate();
        second = cluster.node("second").client();
    }

    @AfterAll
    static void stop() {
        cluster.close();
        s3.close();
        hub.close();
    }

    private static void register(KappaClient client, String shelf, String id, String source) {
        Answer answer = client.post("/v1/" + shelf, "{\"id\": \"%s\", \"source\": \"%s\"}".formatted(id, source));
        assertThat(answer.status()).as(answer.text()).isIn(201, 202);
    }

    private static String finished(KappaClient client, String body) {
        String run = client.submit(body);
        JsonNode ended = client.awaitEnd(run);
        assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
        return run;
    }

    @Test
    @Order(1)
    void whatIsNotHereYetIsListedAndSaysWhenItIsFetched() {
        for (int i : new int[] {0, 2}) {
            JsonNode entry = second.get(ADDRESSES.get(i)).json();
            assertThat(entry.get("hash")).isEqualTo(ENTRIES.get(i).get("hash"));
            assertThat(entry.at("/problem/code").asString()).isEqualTo("not_fetched");
        }
        assertThat(cluster.home("second").resolve("hub")).doesNotExist();
    }

    @Test
    @Order(1)
    void anArtifactThatNoRunHasLeftIsNotRegistered() {
        String body = "{\"id\": \"other\", \"source\": \"run:" + dictionaryRun + "/nosuch\"}";
        JsonNode problem = second.post("/v1/saes", body).json();
        assertThat(problem.at("/errors/0/code").asString()).isEqualTo("unknown_artifact");
        assertThat(problem.at("/errors/0/pointer").asString()).isEqualTo("/source");
        assertThat(problem.get("detail").asString()).contains(dictionaryRun, "nosuch");
    }

    @Test
    @Order(2)
    void anObjectThatIsGoneOrNotWhatWasWrittenIsNamedAndLeavesNothing() throws IOException {
        String key = "artifacts/" + dictionaryRun + "/sae/sae_weights.safetensors";
        byte[] object = bucket.getObjectAsBytes(request -> request.bucket("lab").key(key)).asByteArray();
        bucket.deleteObject(request -> request.bucket("lab").key(key));
        assertNotFetched(second, "sae 'trained'", "'s3://lab/" + key + "' is gone from the store");
        byte[] changed = object.clone();
        changed[changed.length - 1] ^= 1;
        bucket.putObject(request -> request.bucket("lab").key(key), RequestBody.fromBytes(changed));
        assertNotFetched(second, "sae 'trained'", "'s3://lab/" + key + "' is not what was written there");
        bucket.putObject(request -> request.bucket("lab").key(key), RequestBody.fromBytes(object));
        Path cache = cluster.home("second").resolve("cache");
        assertThat(cache.resolve("artifacts").resolve(dictionaryRun)).doesNotExist();
        try (Stream<Path> left = Files.list(cache.resolve("staged"))) {
            assertThat(left).isEmpty();
        }
    }

    private static void assertNotFetched(KappaClient client, String... named) {
        Answer answer = client.post("/v1/runs", SWEEP);
        assertThat(code(answer, 502)).isEqualTo("fetch_failed");
        assertThat(answer.json().get("detail").asString()).contains(named);
    }

    private static String code(Answer answer, int status) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        return answer.json().get("code").asString();
    }

    @Test
    @Order(3)
    void aModelADictionaryAndACorpusOfOneServerAreMeasuredByTheOtherToTheLastDigit() {
        JsonNode bySecond = second.run(finished(second, SWEEP));
        assertThat(bySecond.get("metrics")).isEqualTo(byFirst.get("metrics"));
        for (String name : List.of("model:tiny", "tokenizer:tiny", "sae:trained", "corpus:sampled")) {
            assertThat(bySecond.get("provenance").get(name)).as(name).isEqualTo(byFirst.get("provenance").get(name));
        }
        for (int i = 0; i < ADDRESSES.size(); i++) {
            assertThat(second.get(ADDRESSES.get(i)).json()).isEqualTo(ENTRIES.get(i));
        }
        assertThat(cluster.home("second").resolve("artifacts")).doesNotExist();
        assertThat(cluster.home("second").resolve("tallies")).doesNotExist();
    }

    @Test
    @Order(4)
    void aServerThatCannotFetchOrHasYetToSaysSoAndLeavesBlocksToOthers() {
        third = cluster.node("third", "--kappa.fetch.wait=100ms").client();
        hub.answers(404, Integer.MAX_VALUE, "0");
        await().untilAsserted(() -> assertNotFetched(third, "model 'tiny' of hf:lab/tiny@main", FakeHub.COMMIT));
        assertSecondMeasuresWhatThirdHandsBack();
        hub.answers(404, 0, "0").transfers(Manner.STALL);
        await().untilAsserted(() -> assertThat(code(third.post("/v1/runs", SWEEP), 503)).isEqualTo("being_fetched"));
        assertSecondMeasuresWhatThirdHandsBack();
        hub.release();
        await().atMost(Duration.ofSeconds(30)).until(() -> third.post("/v1/runs", SWEEP).status() == 202);
    }

    private static void assertSecondMeasuresWhatThirdHandsBack() {
        double before = handedBackByThird();
        do {
            // Which of them takes a block is up to them.
            JsonNode run = second.run(finished(second, SWEEP));
            assertThat(run.get("metrics")).isEqualTo(byFirst.get("metrics"));
            second.get("/v1/runs/" + run.get("id").asString() + "/blocks")
                    .json()
                    .get("blocks")
                    .forEach(block -> assertThat(block.get("failures").asInt()).isZero());
        } while (handedBackByThird() == before);
    }

    private static double handedBackByThird() {
        return Scrape.of(third).sum("kappa_blocks_total", "outcome=\"handed_back\"");
    }

    @Test
    @Order(5)
    void aCopyGoesWithItsEntry() {
        Path copies = cluster.home("second").resolve("cache").resolve("artifacts");
        await().until(() -> second.send("DELETE", "/v1/saes/trained", "").status() == 204);
        assertThat(copies.resolve(dictionaryRun).resolve("sae")).doesNotExist();
        assertThat(copies.resolve(corpusRun).resolve("corpus")).isDirectory();
    }
}
