package dev.kappa.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kappa.catalog.hub.FakeHub;
import dev.kappa.catalog.hub.FakeHub.Manner;
import dev.kappa.catalog.hub.FakeHub.Request;
import dev.kappa.experiment.Needs;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaClient.Answer;
import dev.kappa.testing.KappaServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Tag("db")
class DownloadsTest {
    @TempDir
    static Path folder;

    private static final FakeHub hub = new FakeHub();
    private static KappaServer server;
    private static KappaClient client;

    @BeforeAll
    static void start() throws IOException {
        put("", TinyThings.model(folder.resolve("model"), 1));
        put("layers.1/", TinyThings.sae(folder.resolve("sae"), 16, 24, "", 1));
        put("layers.2/", TinyThings.sae(folder.resolve("other-sae"), 16, 24, "", 2));
        hub.with("README.md", new byte[5000]).with("onnx/model.onnx", new byte[5000]);
        restart();
    }

    @BeforeEach
    void renew() {
        hub.renew();
    }

    @AfterAll
    static void stop() {
        server.close();
        hub.close();
    }

    @Test
    void what_is_on_a_hub_becomes_an_entry_and_only_what_is_needed_is_downloaded() throws IOException {
        Answer answer = post("models", "tiny", "hf:lab/tiny@main");
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("Location")).isEqualTo("/v1/models/tiny");
        assertThat(answer.json().get("state").stringValue()).isEqualTo("downloading");

        JsonNode model = awaitReady("models", "tiny");
        assertThat(model.at("/architecture/d_model").intValue()).isEqualTo(16);
        assertThat(hub.requests()).noneMatch(request -> request.path().contains("onnx")
                || request.path().contains("README") || request.path().contains("/resolve/" + hub.commit() + "/layers"));
        assertThat(post("models", "tiny", "hf:lab/tiny@main").status()).isEqualTo(200);
        assertThat(client.get("/v1/downloads").text()).doesNotContain("\"tiny\"");

        post("saes", "first", "hf:lab/tiny@main/layers.1");
        assertThat(awaitReady("saes", "first").get("width").intValue()).isEqualTo(24);
        post("models", "again", "hf:lab/tiny");
        assertThat(awaitReady("models", "again").get("hash")).isEqualTo(model.get("hash"));
        assertThat(hub.requestsTo("/model.safetensors")).as("once to the hub, once to its store").hasSize(2);
    }

    @Test
    void a_failed_download_says_why_and_can_be_posted_again() {
        hub.answers(403, 1, "0");
        post("models", "gated", "hf:lab/tiny");
        JsonNode failed = awaitState("models", "gated", "failed");
        assertThat(failed.at("/problem/code").stringValue()).isEqualTo("hub_forbidden");
        assertThat(failed.at("/problem/detail").stringValue()).contains("licence", "HF_TOKEN");
        assertThatThrownBy(() -> server.bean(Catalog.class)
                        .shapes(new Needs(Optional.of("gated"), List.of(), Optional.empty())))
                .hasMessageContaining("its download failed");

        assertThat(post("models", "gated", "hf:lab/tiny").status()).isEqualTo(202);
        awaitReady("models", "gated");
    }

    @Test
    void a_restarted_server_goes_on_with_what_it_was_doing() {
        hub.transfers(Manner.STALL);
        post("models", "resumed", "hf:lab/tiny");
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            JsonNode download = client.get("/v1/models/resumed").json();
            return download.at("/progress/done_bytes").asLong(0) > 10_000;
        });
        JsonNode progress = client.get("/v1/models/resumed").json().get("progress");
        assertThat(progress.get("total_bytes").longValue()).isGreaterThan(progress.get("done_bytes").longValue());
        server.close();
        restart();

        awaitReady("models", "resumed");
        assertThat(hub.requests()).filteredOn(Request::atStore).anySatisfy(request -> assertThat(request.range())
                .isPresent());
    }

    @Test
    void what_was_downloaded_can_be_deleted_with_its_last_entry() {
        post("saes", "one", "hf:lab/tiny@main/layers.2");
        post("saes", "two", "hf:lab/tiny@main/layers.2");
        awaitReady("saes", "one");
        awaitReady("saes", "two");
        Path files = folder.resolve("home/hub/lab--tiny/" + hub.commit() + "--layers.2");

        assertThat(client.send("DELETE", "/v1/saes/one?files=true", "").status()).isEqualTo(204);
        assertThat(files).isDirectory();
        assertThat(client.send("DELETE", "/v1/saes/two?files=true", "").status()).isEqualTo(204);
        assertThat(files).doesNotExist();
    }

    @Test
    void a_download_that_is_deleted_stops_and_is_forgotten() {
        hub.transfers(Manner.STALL);
        post("models", "deleted", "hf:lab/tiny");
        assertThat(post("models", "deleted", "hf:lab/other").status()).isEqualTo(409);
        assertThat(client.send("DELETE", "/v1/models/deleted", "").status()).isEqualTo(204);
        assertThat(client.get("/v1/models/deleted").status()).isEqualTo(404);
    }

    @Test
    void what_is_no_model_or_dictionary_is_refused_before_anything_is_downloaded() {
        post("models", "wrong", "hf:lab/tiny@main/layers.1");
        assertThat(awaitState("models", "wrong", "failed").at("/problem/detail").stringValue())
                .contains("cfg.json", "sae_weights.safetensors");
        hub.with("pair/a/w.npz", new byte[10]).with("pair/b/w.npz", new byte[10]);
        post("saes", "several", "hf:lab/tiny@main/pair");
        assertThat(awaitState("saes", "several", "failed").at("/problem/detail").stringValue())
                .contains("a/", "b/");
        assertThat(hub.requests()).noneMatch(request -> request.path().contains("/resolve/"));
        assertThat(post("corpora", "text", "hf:lab/tiny").status()).isEqualTo(422);
        assertThat(post("models", "odd", "hf:tiny").status()).isEqualTo(422);
    }

    @Test
    void the_catalog_lists_what_can_be_registered_by_its_id_alone() {
        JsonNode recipes = client.get("/v1/catalog").json().get("recipes");
        assertThat(recipes).hasSizeGreaterThan(20);
        JsonNode pythia = recipes.get(0);
        assertThat(pythia.get("id").stringValue()).isEqualTo("pythia-70m-deduped");
        assertThat(pythia.get("source").stringValue()).isEqualTo("hf:EleutherAI/pythia-70m-deduped@main");
        assertThat(pythia.get("gated").booleanValue()).isFalse();
        for (JsonNode recipe : recipes) {
            assertThat(Source.parse(recipe.get("source").stringValue())).isInstanceOf(Source.Hub.class);
            assertThat(recipe.get("id").stringValue()).matches(Registration.ID);
        }

        // The fake hub does not have it, which shows that it was asked for it.
        assertThat(client.post("/v1/models", "{\"id\": \"pythia-70m-deduped\"}").status()).isEqualTo(202);
        JsonNode failed = awaitState("models", "pythia-70m-deduped", "failed");
        assertThat(failed.at("/problem/detail").stringValue()).contains("EleutherAI/pythia-70m-deduped@main");
        Answer unknown = client.post("/v1/models", "{\"id\": \"gpt-5\"}");
        assertThat(unknown.status()).isEqualTo(422);
        assertThat(unknown.json().get("detail").stringValue()).contains("pythia-70m-deduped");
    }

    private static void restart() {
        server = KappaServer.start(
                folder.resolve("home"), "kappa.bundle=test-bundle/", "kappa.hub.endpoint=" + hub.endpoint(),
                "kappa.hub.hosts=" + hub.storeHost());
        client = server.client();
    }

    private static Answer post(String shelf, String id, String source) {
        return client.post("/v1/" + shelf, "{\"id\": \"%s\", \"source\": \"%s\"}".formatted(id, source));
    }

    private static JsonNode awaitReady(String shelf, String id) {
        return awaitState(shelf, id, "ready");
    }

    private static JsonNode awaitState(String shelf, String id, String state) {
        String address = "/v1/" + shelf + "/" + id;
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(client.get(address).json().path("state").asString(""))
                        .isEqualTo(state));
        return client.get(address).json();
    }

    private static void put(String prefix, Path files) throws IOException {
        try (Stream<Path> list = Files.list(files)) {
            for (Path file : list.toList()) {
                hub.with(prefix + file.getFileName(), Files.readAllBytes(file));
            }
        }
    }
}
