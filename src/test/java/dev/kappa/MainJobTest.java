package dev.kappa;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import dev.kappa.experiment.RandomSaes;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.SaeLensWriter;
import dev.kappa.tensor.Scope;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import dev.kappa.weights.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The bundled model, its dictionaries and its samples, measured over HTTP. */
class MainJobTest {
    private static final String RANK = """
            {"experiment": "jacobian_rank", "seed": 3, "blocks": %d, "parameters": {"model": "stories-neox",
             "hooks": ["blocks.2.hook_resid_post"], "corpus": "stories-samples", "sequences": %d, "length": 32}}""";
    private static final String SWEEP = """
            {"experiment": "width_sweep", "seed": 3, "blocks": 4, "parameters": {"model": "stories-neox",
             "hook": "%s", "saes": [%s], "corpus": "%s", "sequences": 16, "length": %d, "metric": "%s"}}""";
    private static final String ALL = IntStream.rangeClosed(0, 6)
            .mapToObj(i -> "\"stories-l2-x" + (1 << i) + "\"")
            .reduce((a, b) -> a + ", " + b)
            .orElseThrow();

    private static String sweep(String hook, String saes, String corpus, int length, String metric) {
        return SWEEP.formatted(hook, saes, corpus, length, metric);
    }

    private static KappaClient client() {
        return KappaServer.shared().client();
    }

    private static JsonNode metric(JsonNode run, String name) {
        return StreamSupport.stream(run.get("metrics").spliterator(), false)
                .filter(metric -> metric.get("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void kappaOfTheBundledModelCarriesItsIntervalItsSampleCountAndWhereItCameFrom() {
        JsonNode run = client().finished(RANK.formatted(8, 64));
        assertThat(run.get("state").asString()).isEqualTo("SUCCEEDED");
        JsonNode kappa = metric(run, "kappa");
        assertThat(kappa.get("n").asLong()).isEqualTo(64 * 32);
        assertThat(kappa.get("version").asInt()).isEqualTo(1);
        assertThat(kappa.at("/dimensions/hook").asString()).isEqualTo("blocks.2.hook_resid_post");
        assertThat(kappa.at("/interval/low").asDouble()).isLessThan(kappa.at("/interval/high").asDouble());
        double stable = metric(run, "stable_rank").get("value").asDouble();
        double ratio = metric(run, "kappa_pr_plug_in").get("value").asDouble();
        assertThat(kappa.get("value").asDouble()).isBetween(ratio, 128.0);
        assertThat(ratio).isBetween(stable, 128.0);
        assertThat(run.get("provenance").toString()).contains("model:stories-neox", "corpus:stories-samples");
    }

    @Test
    void theSameRunTwiceGivesTheSameDigits() {
        JsonNode first = client().finished(RANK.formatted(5, 20));
        JsonNode second = client().finished(RANK.formatted(5, 20));
        assertThat(second.get("metrics")).isEqualTo(first.get("metrics"));
    }

    @Test
    void aRunThatARestartInterruptsAfterSomeBlocksGivesTheSameDigits() {
        Path home = TestHomes.fresh();
        String body = RANK.formatted(12, 240);
        String id;
        try (KappaServer server = KappaServer.start(home)) {
            id = server.client().submit(body);
            server.client().awaitRun(id, run -> run.at("/progress/done").asInt() >= 2);
        }
        try (KappaServer server = KappaServer.start(home)) {
            JsonNode resumed = server.client().awaitEnd(id);
            JsonNode undisturbed = client().finished(body);
            assertThat(resumed.get("metrics")).isEqualTo(undisturbed.get("metrics"));
        }
    }

    @Test
    void aSweepCountsTheFeaturesOfEveryBundledWidthFromTheSamePasses() {
        JsonNode run = client().finished(
                sweep("blocks.2.hook_resid_post", ALL, "stories-samples", 32, "next_token_loss"));
        assertThat(run.get("state").asString()).as(run.toString()).isEqualTo("SUCCEEDED");
        List<JsonNode> counts = StreamSupport.stream(
                        client().get("/v1/runs/" + run.get("id").asString() + "/tables/counts")
                                .json()
                                .get("rows")
                                .spliterator(),
                        false)
                .toList();
        assertThat(counts).extracting(row -> row.get(1).asInt()).containsExactly(128, 256, 512, 1024, 2048, 4096, 8192);
        assertThat(counts).allSatisfy(row -> assertThat(row.get(6).asDouble()).as("features on a token").isBetween(1.0, 16.0));
        assertThat(counts).allSatisfy(row -> assertThat(row.get(3).asInt()).isLessThanOrEqualTo(row.get(2).asInt()));
        assertThat(counts.get(0).get(7).asBoolean()).as("the narrowest count is forced by its quantile").isTrue();
        assertThat(metric(run, "n_causal").get("flags").toString()).contains("forced");
        assertThat(metric(run, "kappa_hat").get("flags").toString()).contains("plateau");
    }

    @Test
    void aSweepReadsAgreementPairsWhereItsMetricIsAnAnswer() {
        JsonNode run = client().finished(
                sweep("blocks.2.hook_resid_post", ALL, "agreement", 32, "logit_difference"));
        assertThat(run.get("state").asString()).as(run.toString()).isEqualTo("SUCCEEDED");
    }

    @Test
    void fiftyRunsLeaveNoScopeOfNativeMemoryOpen() {
        client().finished(RANK.formatted(2, 4));
        long before = Scope.openScopes();
        for (int i = 0; i < 50; i++) {
            assertThat(client().finished(RANK.formatted(2, 4)).get("state").asString())
                    .isEqualTo("SUCCEEDED");
        }
        assertThat(Scope.openScopes()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stories-neox  | blocks.2.hook_resid_post | stories-l2-x1 | stories-samples | 32   | next_token_loss | OK",
                "gpt-5         | blocks.2.hook_resid_post | stories-l2-x1 | stories-samples | 32   | next_token_loss | unknown_model",
                "stories-neox  | blocks.9.hook_resid_post | stories-l2-x1 | stories-samples | 32   | next_token_loss | unknown_hook",
                "stories-neox  | the middle               | stories-l2-x1 | stories-samples | 32   | next_token_loss | unknown_hook",
                "stories-neox  | blocks.2.hook_resid_post | no-such-sae   | stories-samples | 32   | next_token_loss | unknown_sae",
                "stories-neox  | blocks.2.hook_resid_post | stories-l2-x1 | no-such-corpus  | 32   | next_token_loss | unknown_corpus",
                "stories-neox  | blocks.2.hook_resid_post | stories-l2-x1 | stories-samples | 4000 | next_token_loss | sequence_too_long",
                "stories-neox  | blocks.2.hook_resid_post | stories-l2-x1 | stories-samples | 32   | kl_divergence   | metric_without_gradient",
                "stories-neox  | blocks.2.hook_resid_post | stories-l2-x1 | agreement       | 32   | next_token_loss | corpus_of_pairs",
                "stories-neox  | blocks.2.hook_resid_post | stories-l2-x1 | stories-samples | 32   | target_logprob  | corpus_of_sequences",
            })
    void whatCannotBeMeasuredIsRefusedByNameBeforeAnythingIsWritten(
            String model, String hook, String sae, String corpus, int length, String metric, String code) {
        String body = sweep(hook, "\"" + sae + "\"", corpus, length, metric).replace("stories-neox", model);
        KappaClient.Answer answer = client().post("/v1/runs", body);
        if (code.equals("OK")) {
            assertThat(answer.status()).isEqualTo(202);
            client().awaitEnd(answer.json().get("id").asString());
            return;
        }
        assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.json().get("code").asString()).isEqualTo(code);
    }

    @Test
    void aDictionaryThatDoesNotFitTheHookIsRefusedWithBothWidths() throws IOException {
        Path folder = TestHomes.fresh().resolveSibling("narrow-sae");
        try (Scope scope = Scope.open(Device.cpu())) {
            DenseSae sae = RandomSaes.topK(scope, 16, 64, 4, 1);
            SaeLensWriter.write(folder, sae, new SaeLensWriter.About("", false, 0), ElementType.F32);
        }
        client().post("/v1/saes", "{\"id\": \"narrow-sae\", \"source\": \"file:" + folder + "\"}");
        KappaClient.Answer answer = client().post(
                "/v1/runs",
                sweep("blocks.2.hook_resid_post", "\"narrow-sae\"", "stories-samples", 32, "next_token_loss"));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().get("code").asString()).isEqualTo("sae_width_mismatch");
        assertThat(answer.json().get("detail").asString()).contains("16", "128", "narrow-sae");
    }

    @Test
    void aCorpusWithoutASequenceIsRefused() throws IOException {
        Path file = TestHomes.fresh().resolveSibling("short.txt");
        Files.writeString(file, "Too short.");
        client().post("/v1/corpora", "{\"id\": \"short-text\", \"source\": \"file:" + file + "\"}");
        KappaClient.Answer answer = client().post("/v1/runs", RANK.formatted(2, 4).replace("stories-samples", "short-text"));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().get("code").asString()).isEqualTo("corpus_empty");
        assertThat(answer.json().get("detail").asString()).contains("short-text");
    }

    @Test
    void aTruncatedSafetensorsFileIsRefusedAndNothingIsRegistered() throws IOException {
        Path good = Path.of("src/main/resources/bundled/models/stories-neox");
        Path bad = Files.createDirectories(TestHomes.fresh().resolveSibling("truncated"));
        Files.copy(good.resolve("config.json"), bad.resolve("config.json"));
        byte[] weights = Files.readAllBytes(good.resolve("model.safetensors"));
        Files.write(bad.resolve("model.safetensors"), Arrays.copyOf(weights, weights.length - 100));
        KappaClient.Answer answer =
                client().post("/v1/models", "{\"id\": \"truncated\", \"source\": \"file:" + bad + "\"}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().get("code").asString()).isEqualTo("weights_malformed");
        assertThat(answer.json().get("detail").asString()).contains("model.safetensors");
        assertThat(client().get("/v1/models/truncated").status()).isEqualTo(404);
    }
}
