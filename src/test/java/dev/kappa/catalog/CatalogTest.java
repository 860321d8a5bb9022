package dev.kappa.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.corpus.Pair;
import dev.kappa.corpus.Sequence;
import dev.kappa.experiment.Needs;
import dev.kappa.experiment.Needs.Items;
import dev.kappa.experiment.Shapes;
import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaClient.Answer;
import dev.kappa.testing.KappaServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Tag("db")
class CatalogTest {
    @TempDir
    static Path folder;

    private static KappaServer server;
    private static KappaClient client;
    private static Catalog catalog;

    @BeforeAll
    static void start() throws IOException {
        server = KappaServer.start(folder.resolve("home"), "kappa.bundle=test-bundle/");
        client = server.client();
        catalog = server.bean(Catalog.class);
        TinyThings.model(folder.resolve("model"), 1);
        TinyThings.sae(folder.resolve("sae"), 16, 24, "", 1);
        Files.writeString(folder.resolve("text.txt"), "The cat sat on the mat.<|endoftext|>".repeat(20));
        assertCreated(register("models", "tiny", "model"));
        assertCreated(register("saes", "tiny-sae", "sae", "\"hook\": \"blocks.1.hook_resid_post\""));
        assertCreated(register("corpora", "mat", "text.txt"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void a_registered_model_is_shown_with_its_sizes_hashes_and_special_tokens() {
        JsonNode model = client.get("/v1/models/tiny").json();

        assertThat(model.at("/architecture/d_model").intValue()).isEqualTo(16);
        assertThat(model.at("/architecture/context_length").intValue()).isEqualTo(32);
        assertThat(model.at("/tokenizer/separator_token").intValue()).isZero();
        assertThat(model.at("/tokenizer/hash").stringValue()).hasSize(64);
        assertThat(model.get("hash").stringValue()).hasSize(64);
        assertThat(model.get("bundled").booleanValue()).isFalse();
        assertThat(model.has("problem")).isFalse();
    }

    @Test
    void a_dictionary_is_shown_with_the_hook_of_its_registration() {
        JsonNode sae = client.get("/v1/saes/tiny-sae").json();

        assertThat(sae.get("d_in").intValue()).isEqualTo(16);
        assertThat(sae.get("width").intValue()).isEqualTo(24);
        assertThat(sae.get("hook").stringValue()).isEqualTo("blocks.1.hook_resid_post");
        assertThat(sae.get("format").stringValue()).isEqualTo("saelens");
    }

    @Test
    void what_is_bundled_is_there_from_the_start() {
        JsonNode fable = client.get("/v1/corpora/fable").json();

        assertThat(fable.get("bundled").booleanValue()).isTrue();
        assertThat(fable.get("kind").stringValue()).isEqualTo("text");
        assertThat(fable.get("items").intValue()).isEqualTo(2);
        assertThat(client.get("/v1/corpora/number").json().get("kind").stringValue()).isEqualTo("pairs");
        assertThat(client.send("DELETE", "/v1/corpora/fable", "").status()).isEqualTo(409);

        Answer other = client.post("/v1/corpora", "{\"id\": \"fable-2\", \"source\": \"bundled:fable\"}");
        assertThat(other.json().get("hash")).isEqualTo(fable.get("hash"));
    }

    @Test
    void registering_the_same_again_changes_nothing_and_another_thing_under_the_id_is_refused() {
        assertThat(register("models", "tiny", "model").status()).isEqualTo(200);
        Answer other = register("models", "tiny", "elsewhere");

        assertThat(other.status()).isEqualTo(409);
        assertThat(other.json().get("code").stringValue()).isEqualTo("id_taken");
        assertThat(register("saes", "tiny-sae", "sae", "\"hook\": \"blocks.2.hook_resid_post\"").status())
                .isEqualTo(409);
    }

    @Test
    void a_body_that_does_not_fit_is_refused_with_its_place() {
        assertPlace(client.post("/v1/models", "{\"id\": \"Tiny Model\", \"source\": \"file:x\"}"), "/id", "Tiny Model");
        assertPlace(client.post("/v1/models", "{\"id\": \"m\"}"), "/source", "source");
        assertPlace(client.post("/v1/models", "{\"id\": \"m\", \"source\": \"x\", \"hook\": \"y\"}"), "/hook", "hook");
        assertPlace(client.post("/v1/models", "{\"id\": \"m\", \"source\": \"ftp:x\"}"), "/source", "ftp:x");
        assertPlace(client.post("/v1/models", "{\"id\": \"m\", \"source\": \"run:../../etc\"}"), "/source", "../../etc");
        assertPlace(client.post("/v1/models", "{\"id\": \"m\", \"source\": \"bundled:gpt\"}"), "/source", "gpt");
        assertPlace(client.post("/v1/models", "[]"), "", "object");
        assertPlace(register("saes", "s", "sae", "\"hook\": \"blocks.x\""), "/hook", "blocks.x");
        assertPlace(register("corpora", "c", "text.txt", "\"kind\": \"csv\""), "/kind", "csv");
        assertPlace(register("corpora", "c", "text.txt", "\"max_tokens\": 0"), "/max_tokens", "0");
        assertPlace(register("corpora", "c", "text.txt", "\"pair_length\": \"odd\""), "/pair_length", "odd");
    }

    @Test
    void what_the_reader_refuses_is_not_registered() throws IOException {
        Path broken = TinyThings.model(folder.resolve("broken"), 2);
        byte[] weights = Files.readAllBytes(broken.resolve("model.safetensors"));
        Files.write(broken.resolve("model.safetensors"), Arrays.copyOf(weights, weights.length - 1));

        assertPlace(register("models", "broken", "broken"), "/source", "model.safetensors");
        assertPlace(register("models", "gone", "no-such-folder"), "/source", "no-such-folder");
        assertPlace(register("corpora", "binary", "model/model.safetensors"), "/source", "tokens");
        assertThat(client.get("/v1/models/broken").status()).isEqualTo(404);
        assertThat(client.get("/v1/models/gone").status()).isEqualTo(404);
        assertThat(client.get("/v1/corpora/binary").status()).isEqualTo(404);
    }

    @Test
    void an_artifact_of_a_run_can_be_registered() {
        TinyThings.sae(folder.resolve("home/artifacts/run1/width_8"), 16, 8, "blocks.0.hook_mlp_out", 3);
        Answer answer = client.post("/v1/saes", "{\"id\": \"trained\", \"source\": \"run:run1/width_8\"}");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().get("hook").stringValue()).isEqualTo("blocks.0.hook_mlp_out");
        assertThat(answer.header("Location")).isEqualTo("/v1/saes/trained");
    }

    @Test
    void deleting_forgets_the_entry_and_leaves_the_files() {
        TinyThings.sae(folder.resolve("passing"), 16, 8, "", 4);
        register("saes", "passing", "passing");

        assertThat(client.send("DELETE", "/v1/saes/passing", "").status()).isEqualTo(204);
        assertThat(client.get("/v1/saes/passing").status()).isEqualTo(404);
        assertThat(client.send("DELETE", "/v1/saes/passing", "").status()).isEqualTo(404);
        assertThat(folder.resolve("passing/cfg.json")).exists();
    }

    @Test
    void lists_are_newest_first_in_pages() throws IOException {
        for (int i = 0; i < 5; i++) {
            Files.writeString(folder.resolve("page" + i + ".txt"), "The cat " + i);
            register("corpora", "page-" + i, "page" + i + ".txt");
        }
        List<String> seen = new ArrayList<>();
        String token = "";
        do {
            JsonNode page = client.get("/v1/corpora?page_size=2" + token).json();
            page.get("corpora").forEach(corpus -> seen.add(corpus.get("id").stringValue()));
            token = page.has("next_page_token") ? "&page_token=" + page.get("next_page_token").stringValue() : null;
        } while (token != null);

        assertThat(seen).doesNotHaveDuplicates().contains("fable", "mat");
        assertThat(seen).containsSubsequence("page-4", "page-3", "page-2", "page-1", "page-0");
        assertThat(client.get("/v1/corpora?page_size=501").status()).isEqualTo(400);
        assertThat(client.get("/v1/corpora?page_token=nonsense").status()).isEqualTo(400);
    }

    @Test
    void shapes_are_known_before_anything_is_loaded() {
        Shapes shapes = catalog.shapes(Needs.of("tiny", List.of("tiny-sae"), "mat", 10, 8));

        assertThat(shapes.architecture().layers()).isEqualTo(3);
        assertThat(shapes.sae("tiny-sae").width()).isEqualTo(24);
        assertThat(shapes.sae("tiny-sae").hook()).contains(HookPoint.residPost(1));
        assertThat(shapes.items()).isEqualTo(10);
        assertThat(catalog.shapes(Needs.of("tiny", List.of(), "mat", 0, 8)).items()).as("0 means all").isEqualTo(19);
        assertThat(catalog.shapes(Needs.nothing()).items()).isZero();
    }

    @Test
    void sequences_depend_on_the_seed_alone() {
        Needs needs = Needs.of("tiny", List.of(), "mat", 10, 8);
        List<Sequence> first = catalog.sequences(needs, 5);
        List<Sequence> again = catalog.sequences(needs, 5);

        assertThat(first).extracting(Sequence::index).doesNotHaveDuplicates().hasSize(10);
        assertThat(again).usingRecursiveComparison().isEqualTo(first);
        assertThat(catalog.sequences(needs, 6))
                .extracting(Sequence::index)
                .isNotEqualTo(first.stream().map(Sequence::index).toList());
        assertThat(catalog.sequences(Needs.of("tiny", List.of(), "mat", 3, 8), 5))
                .usingRecursiveComparison()
                .isEqualTo(first.subList(0, 3));
        Sequence start = catalog.sequences(Needs.of("tiny", List.of(), "mat", 0, 8), 5).stream()
                .filter(sequence -> sequence.index() == 0)
                .findFirst()
                .orElseThrow();
        assertThat(start.tokens()).containsExactly(2, 3, 15, 16, 13, 17, 14, 0);
    }

    @Test
    void pairs_are_tokenised_for_the_model_and_their_order_is_seeded() {
        Needs needs = Needs.of("tiny", List.of(), "number", 0, 8);
        List<Pair> pairs = catalog.pairs(needs, 1);

        assertThat(catalog.readsPairs(needs)).isTrue();
        assertThat(pairs).hasSize(2);
        Pair singular =
                pairs.stream().filter(pair -> pair.index() == 0).findFirst().orElseThrow();
        assertThat(singular.clean()).containsExactly(2, 3);
        assertThat(singular.patch()).containsExactly(2, 4);
        assertThat(List.of(singular.cleanAnswer(), singular.patchAnswer())).containsExactly(7, 8);

        JsonNode shown = client.get("/v1/corpora/number?model=tiny&length=8").json().get("available");
        assertThat(shown.get("items").intValue()).isEqualTo(2);
        assertThat(shown.get("read").intValue()).isEqualTo(2);
    }

    @Test
    void names_and_numbers_that_cannot_be_are_the_users_fault_and_say_what_could_be() {
        assertFault("unknown_model", Needs.of("no-model", List.of(), "mat", 1, 8), "no-model", "tiny");
        assertFault("unknown_sae", Needs.of("tiny", List.of("no-sae"), "mat", 1, 8), "no-sae", "tiny-sae");
        assertFault("unknown_corpus", Needs.of("tiny", List.of(), "no-corpus", 1, 8), "no-corpus", "fable");
        assertFault("sequence_too_long", Needs.of("tiny", List.of(), "mat", 1, 33), "33", "32");
        assertFault("too_few_items", Needs.of("tiny", List.of(), "mat", 20, 8), "20", "19");
        assertFault("corpus_empty", Needs.of("tiny", List.of(), "fable", 1, 32), "fable", "32");
        assertFault("too_few_items", Needs.of("tiny", List.of(), "number", 3, 8), "3", "2 pairs");
        assertFault(
                "model_missing", new Needs(Optional.empty(), List.of(), Optional.of(new Items("mat", 1, 8))), "model");
    }

    @Test
    void provenance_names_the_content_of_everything_a_run_reads() {
        assertThat(catalog.provenance(Needs.of("tiny", List.of("tiny-sae"), "mat", 1, 8)))
                .containsOnlyKeys("model:tiny", "tokenizer:tiny", "sae:tiny-sae", "corpus:mat", "corpus_options:mat")
                .containsEntry(
                        "model:tiny", client.get("/v1/models/tiny").json().get("hash").stringValue())
                .containsEntry("corpus_options:mat", "text, at most 4194304 tokens");
    }

    @Test
    void files_that_change_after_registration_are_noticed() throws IOException {
        Path sae = TinyThings.sae(folder.resolve("changing"), 16, 8, "", 5);
        register("saes", "changing", "changing");
        Files.setLastModifiedTime(sae.resolve("cfg.json"), FileTime.fromMillis(1));

        assertFault("changed_since_registration", new Needs(Optional.empty(), List.of("changing"), Optional.empty()), "changing");
        JsonNode shown = client.get("/v1/saes/changing").json();
        assertThat(shown.at("/problem/code").stringValue()).isEqualTo("changed_since_registration");
    }

    private static void assertFault(String code, Needs needs, String... named) {
        assertThatThrownBy(() -> catalog.shapes(needs)).isInstanceOfSatisfying(Fault.class, fault -> {
            assertThat(fault.code()).isEqualTo(code);
            assertThat(fault.category()).isEqualTo(Category.USER);
            assertThat(fault.getMessage()).contains(named);
        });
    }

    private static void assertCreated(Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    }

    private static void assertPlace(Answer answer, String pointer, String named) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        JsonNode error = answer.json().at("/errors/0");
        assertThat(error.get("pointer").stringValue()).isEqualTo(pointer);
        assertThat(error.get("detail").stringValue()).contains(named);
    }

    private static Answer register(String shelf, String id, String path, String... fields) {
        StringBuilder more = new StringBuilder();
        for (String field : fields) {
            more.append(", ").append(field);
        }
        return client.post(
                "/v1/" + shelf, "{\"id\": \"%s\", \"source\": \"file:%s\"%s}".formatted(id, folder.resolve(path), more));
    }
}
