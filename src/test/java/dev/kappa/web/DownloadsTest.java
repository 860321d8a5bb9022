package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.store.TallyStore;
import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DownloadsTest {
    private final KappaServer server = KappaServer.shared();
    private final KappaClient client = server.client();

    @Test
    void aTallyComesAsItIsStoredWholeOrInRanges() throws Exception {
        String id = run();
        String hash = client.get("/v1/runs/" + id + "/blocks").json().at("/blocks/2/tally_hash").asString();
        byte[] stored = server.bean(TallyStore.class).resource(id, 2, hash).getContentAsByteArray();
        String path = "/v1/runs/" + id + "/blocks/2/tally";
        HttpResponse<byte[]> whole = bytes(path);
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(stored);
        assertThat(whole.headers().firstValue("Accept-Ranges")).contains("bytes");
        assertThat(whole.headers().firstValue("ETag")).contains('"' + hash + '"');
        assertThat(whole.headers().firstValue("Content-Disposition").orElseThrow()).contains(id + "-2.safetensors");
        HttpResponse<byte[]> part = bytes(path, "Range", "bytes=8-19");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.headers().firstValue("Content-Range")).contains("bytes 8-19/" + stored.length);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(stored, 8, 20));
        assertThat(bytes(path, "Range", "bytes=-5").body())
                .isEqualTo(Arrays.copyOfRange(stored, stored.length - 5, stored.length));
        assertThat(bytes(path, "Range", "bytes=999999-").statusCode()).isEqualTo(416);
        assertThat(bytes(path, "If-None-Match", '"' + hash + '"').statusCode()).isEqualTo(304);
    }

    @Test
    void aFileOfAnArtifactComesAsItWasWritten() throws Exception {
        String id = run();
        HttpResponse<byte[]> file = bytes("/v1/runs/" + id + "/artifacts/total/total.txt");
        double total = client.run(id).at("/metrics/0/value").asDouble();
        assertThat(new String(file.body(), StandardCharsets.UTF_8)).isEqualTo(Double.toString(total));
    }

    @Test
    void whatIsNotThereIsSaid() {
        String id = run();
        assertThat(code("/v1/runs/nosuch/blocks/0/tally", 404)).isEqualTo("unknown_run");
        assertThat(code("/v1/runs/" + id + "/blocks/4/tally", 404)).isEqualTo("unknown_block");
        assertThat(code("/v1/runs/" + id + "/blocks/x/tally", 400)).isNotBlank();
        assertThat(code("/v1/runs/" + id + "/artifacts/nosuch/total.txt", 404)).isEqualTo("unknown_artifact");
        assertThat(code("/v1/runs/" + id + "/artifacts/total/nosuch.txt", 404)).isEqualTo("unknown_file");
        assertThat(client.get("/v1/runs/" + id + "/artifacts/total/..%2Ftotal.txt").status()).isIn(400, 404);
        try (Gate gate = Gate.shut()) {
            String busy = client.submit(gate.body());
            assertThat(code("/v1/runs/" + busy + "/blocks/3/tally", 404)).isEqualTo("unknown_tally");
            gate.open();
            client.awaitEnd(busy);
        }
    }

    private String run() {
        String id = client.submit("{\"experiment\": \"counting\"}");
        client.awaitEnd(id);
        return id;
    }

    private String code(String path, int status) {
        KappaClient.Answer answer = client.get(path);
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        return answer.json().get("code").asString();
    }

    private HttpResponse<byte[]> bytes(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri().resolve(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofByteArray());
    }
}
