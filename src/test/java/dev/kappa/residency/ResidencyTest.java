package dev.kappa.residency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.catalog.TinyThings;
import dev.kappa.experiment.Needs;
import dev.kappa.fault.Fault;
import dev.kappa.lm.Hooks;
import dev.kappa.tensor.Scope;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaClient.Answer;
import dev.kappa.testing.KappaServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Tag("db")
@Tag("torch")
class ResidencyTest {
    private static final long CAPACITY = 100_000;

    @TempDir
    static Path folder;

    private static KappaServer server;
    private static KappaClient client;
    private static Residency residency;

    @BeforeAll
    static void start() {
        server = KappaServer.start(
                folder.resolve("home"), "kappa.bundle=test-bundle/", "kappa.device-bytes=" + CAPACITY + "B");
        client = server.client();
        residency = server.bean(Residency.class);
        TinyThings.model(folder.resolve("model"), 1);
        register("models", "tiny", "model");
        for (int i = 0; i < 3; i++) {
            TinyThings.sae(folder.resolve("sae" + i), 16, 64, "", i);
            register("saes", "sae-" + i, "sae" + i);
        }
        TinyThings.sae(folder.resolve("wide"), 16, 1024, "", 9);
        register("saes", "wide", "wide");
    }

    @AfterEach
    void unload() {
        for (String address : List.of("models/tiny", "saes/sae-0", "saes/sae-1", "saes/sae-2")) {
            client.post("/v1/" + address + ":pin", "{\"pinned\": false}");
            assertThat(client.post("/v1/" + address + ":unload", "").status()).isEqualTo(200);
        }
        assertThat(device().get("used_bytes").longValue()).isZero();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void a_lease_loads_what_the_run_needs_and_counts_its_activations() {
        long scopes = Scope.openScopes();
        Needs needs = new Needs(Optional.of("tiny"), List.of("sae-0", "sae-1"), Optional.empty());
        try (Lease lease = residency.lease(needs, 1000);
                Scope scope = Scope.open(lease.device())) {
            long[] shape = lease.model()
                    .forward(scope.manager().create(new long[][] {{2, 3, 15}}), Hooks.none())
                    .getShape()
                    .getShape();
            assertThat(shape).containsExactly(1, 3, 37);
            assertThat(lease.sae("sae-1").shape().width()).isEqualTo(64);
            assertThatThrownBy(() -> lease.sae("sae-2")).hasMessageContaining("sae-2");
            JsonNode device = device();
            assertThat(device.get("activation_bytes").longValue()).isEqualTo(1000);
            assertThat(device.get("leases").intValue()).isEqualTo(1);
            assertThat(device.get("residents")).hasSize(3);
            assertThat(client.post("/v1/saes/sae-1:unload", "").status()).isEqualTo(409);
            assertThat(client.send("DELETE", "/v1/saes/sae-1", "").json().get("code").stringValue())
                    .isEqualTo("in_use");
        }
        assertThat(device().get("activation_bytes").longValue()).isZero();
        assertThat(device().get("residents")).as("kept while there is room").hasSize(3);
        unload();
        assertThat(Scope.openScopes()).isEqualTo(scopes);
    }

    @Test
    void models_and_dictionaries_are_loaded_pinned_and_unloaded_by_hand() {
        JsonNode loaded = client.post("/v1/models/tiny:load", "").json();
        assertThat(loaded.at("/places/0/device").stringValue()).isEqualTo("cpu");
        assertThat(loaded.at("/places/0/pinned").booleanValue()).isFalse();
        assertThat(client.post("/v1/models/tiny:pin", "{\"device\": \"cpu\"}").json().at("/places/0/pinned").booleanValue())
                .isTrue();
        assertThat(client.post("/v1/models/tiny:unload", "").json().get("places")).isEmpty();
    }

    @Test
    void what_is_not_registered_cannot_be_loaded_and_devices_are_named() {
        assertThat(client.post("/v1/models/none:load", "").status()).isEqualTo(404);
        assertThat(client.post("/v1/corpora/fable:load", "").status()).isIn(404, 405);
        Answer elsewhere = client.post("/v1/models/tiny:load", "{\"device\": \"cuda:0\"}");
        assertThat(elsewhere.status()).isEqualTo(422);
        assertThat(elsewhere.json().get("detail").stringValue()).contains("cuda:0", "cpu");
    }

    @Test
    void refusals_say_the_two_numbers() {
        Needs wide = new Needs(Optional.empty(), List.of("wide"), Optional.empty());
        assertThatThrownBy(() -> residency.requireFits(wide, 0))
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo("too_large_for_device"))
                .hasMessageContaining(Long.toString(CAPACITY));
        assertThat(client.post("/v1/saes/wide:load", "").status()).isEqualTo(422);

        client.post("/v1/models/tiny:pin", "");
        Needs needs = new Needs(Optional.empty(), List.of("sae-0"), Optional.empty());
        long free = device().get("free_bytes").longValue();
        assertThatThrownBy(() -> residency.lease(needs, free))
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo("device_full"))
                .hasMessageContaining(Long.toString(free));
    }

    @Test
    void an_entry_that_is_deleted_leaves_the_device() {
        TinyThings.sae(folder.resolve("brief"), 16, 8, "", 7);
        register("saes", "brief", "brief");
        client.post("/v1/saes/brief:load", "");
        assertThat(client.send("DELETE", "/v1/saes/brief", "").status()).isEqualTo(204);

        assertThat(device().get("residents")).isEmpty();
    }

    @Test
    void meters_show_resident_bytes_and_load_times() {
        client.post("/v1/models/tiny:load", "");
        String meters = client.get("/actuator/prometheus").text();

        assertThat(meters).contains("kappa_resident_bytes{device=\"cpu\"}", "kappa_load_seconds_count{");
    }

    private static JsonNode device() {
        return client.get("/v1/devices").json().at("/devices/0");
    }

    private static void register(String shelf, String id, String path) {
        Answer answer = client.post(
                "/v1/" + shelf, "{\"id\": \"%s\", \"source\": \"file:%s\"}".formatted(id, folder.resolve(path)));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    }
}
