package dev.kappa.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.home.Home;
import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaClient.Answer;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs leave one server as a zip and are read by another. */
class TransferTest {
    private static final String ZIP = "application/zip";
    private static final String FORM = "multipart/form-data; boundary=limit";
    private static final KappaClient HERE = KappaServer.shared().client();
    private static KappaServer other;
    private static KappaClient there;

    @BeforeAll
    static void anotherServer() {
        other = KappaServer.start(
                TestHomes.fresh(),
                "kappa.limits.import-bytes=256KB",
                "kappa.limits.import-unpacked-bytes=1MB",
                "kappa.limits.labels=2");
        there = other.client();
    }

    @AfterAll
    static void itEnds() {
        other.close();
    }

    @Test
    void everyDigitOfARunIsTheSameOnAnotherServer() throws IOException {
        String run = finished("{\"experiment\": \"counting\", \"seed\": 5, \"labels\": {\"who\": \"me\"}}");
        assertThat(taken(export(run)).status()).isEqualTo(201);
        JsonNode before = HERE.run(run);
        JsonNode after = there.run(run);
        assertThat(after.get("origin").asString()).isEqualTo("imported");
        assertThat(withoutOrigin(after)).isEqualTo(withoutOrigin(before));
        assertThat(after.at("/metrics/1/value").asString()).isEqualTo("NaN");
        assertThat(after.at("/metrics/2/value").asString()).isEqualTo("Infinity");
        assertThat(after.at("/metrics/0/interval/low").asString()).isEqualTo("-Infinity");
        for (String path : List.of(
                "/metrics", "/tables", "/tables/sums", "/tables/sums?format=csv", "/tables/sums?format=parquet", "/figures",
                "/figures/sums", "/figures/sums?format=svg", "/artifacts", "/artifacts/total/total.txt", "/blocks",
                "/blocks/0/tally", "/blocks/3/tally", "/events")) {
            assertThat(there.bytes("/v1/runs/" + run + path)).as(path).isEqualTo(HERE.bytes("/v1/runs/" + run + path));
        }
        assertThat(there.get("/v1/runs?label.who=me").json().at("/runs/0/id").asString()).isEqualTo(run);
    }

    @Test
    void anArchiveNamesTheContentOfEverythingInItAndIsTheSameEachTime() throws IOException {
        String run = finished("""
                {"experiment": "width_sweep", "blocks": 4, "parameters": {"model": "stories-neox",
                 "hook": "blocks.2.hook_resid_post", "saes": ["stories-l2-x1"], "corpus": "stories-samples",
                 "sequences": 8, "length": 8}}""");
        byte[] zip = export(run);
        assertThat(export(run)).isEqualTo(zip);
        Archive archive = Archive.of(zip);
        JsonNode provenance = archive.json("run.json").get("provenance");
        for (String name : List.of("model:stories-neox", "sae:stories-l2-x1", "corpus:stories-samples")) {
            assertThat(provenance.get(name).asString()).as(name).matches("[0-9a-f]{64}");
        }
        assertThat(provenance.get("devices").toString()).isEqualTo("[\"cpu\"]");
        assertThat(provenance.at("/software/0/libtorch").asString()).isEqualTo("2.7.1");
        assertThat(archive.entries()).containsKeys("metrics.json", "blocks.json", "events.jsonl", "tallies/3.safetensors");
        JsonNode manifest = archive.json("manifest.json");
        assertThat(manifest.get("files")).hasSize(archive.entries().size() - 1);
        assertThat(manifest.get("missing")).isEmpty();
        assertThat(archive.sealed().json("manifest.json")).isEqualTo(manifest);
        assertThat(HERE.get("/v1/runs/" + run + "/export").header("Content-Disposition")).contains(run + ".zip");
    }

    @Test
    void aRunThatIsThereAlreadyIsTakenOnceAndAnotherOfItsIdRefused() throws IOException {
        String run = finished("{\"experiment\": \"counting\", \"seed\": 6}");
        byte[] zip = export(run);
        assertThat(taken(zip).status()).isEqualTo(201);
        assertThat(taken(zip).status()).isEqualTo(200);
        byte[] labelled = edited(zip, document -> document.putObject("labels").put("a", "b"));
        assertThat(taken(labelled).status()).as("labels are the reader's own").isEqualTo(200);
        Answer home = HERE.upload("/v1/runs:import", ZIP, Archive.file(zip));
        assertThat(home.status()).isEqualTo(200);
        assertThat(home.json().get("origin").asString()).isEqualTo("submitted");
        String metrics = new String(Archive.of(zip).entries().get("metrics.json"), StandardCharsets.UTF_8);
        byte[] changed = Archive.of(zip).put("metrics.json", metrics.replace("\"nats\"", "\"bits\"")).sealed().zip();
        refused(changed, 409, "run_exists", run);
        assertThat(there.run(run).at("/metrics/1/unit").asString()).isEqualTo("nats");
    }

    @Test
    void anImportedRunIsConcludedAndMeasuredAgain() throws IOException {
        String run = finished("{\"experiment\": \"counting\", \"seed\": 7}");
        taken(export(run));
        JsonNode concluded = child(run, "reanalyse", "{\"parameters\": {\"times\": 2}}");
        assertThat(concluded.at("/metrics/0/value").asDouble())
                .isEqualTo(2 * HERE.run(run).at("/metrics/0/value").asDouble());
        assertThat(concluded.at("/provenance/software")).isEqualTo(HERE.run(run).at("/provenance/software"));
        assertThat(child(run, "verify", "").at("/verification/identical").asBoolean()).isTrue();
    }

    @Test
    void aRunThatFailedTravelsWithItsCause() throws IOException {
        String run = finished("""
                {"experiment": "counting", "parameters": {"trouble": "user_fault", "name": "travel", "trouble_in": 2}}""");
        assertThat(taken(export(run)).status()).isEqualTo(201);
        assertThat(withoutOrigin(there.run(run))).isEqualTo(withoutOrigin(HERE.run(run)));
        assertThat(there.run(run).get("code").asString()).isEqualTo("measured_badly");
    }

    @Test
    void onlyRunsThatHaveEndedAreExported() {
        try (Gate gate = Gate.shut()) {
            String busy = HERE.submit(gate.body());
            Answer answer = HERE.get("/v1/runs/" + busy + "/export");
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.json().get("code").asString()).isEqualTo("run_not_ended");
            gate.open();
            HERE.awaitEnd(busy);
        }
        assertThat(HERE.get("/v1/runs/unknown/export").status()).isEqualTo(404);
    }

    @Test
    void whatIsNoWholeZipIsRefused() throws IOException {
        byte[] zip = export(finished("{\"experiment\": \"counting\", \"seed\": 8}"));
        refused("no zip at all".getBytes(StandardCharsets.UTF_8), 422, "archive_malformed", "zip");
        refused(new byte[0], 422, "archive_malformed", "zip");
        refused(Arrays.copyOf(zip, zip.length / 3), 422, "archive_malformed", "zip");
    }

    @Test
    void entriesThatNoRunHasAreRefusedAndLeaveNothing() throws IOException {
        String run = finished("{\"experiment\": \"counting\", \"seed\": 9}");
        byte[] zip = export(run);
        for (String name : List.of(
                "../evil.json", "/etc/passwd", "tables/../../evil.json", "artifacts/total/../../x", "tables/a/b.json",
                "tallies/1.safetensors/", "artifacts/.hidden/x", "run.json\u0000", "tables\\x.json")) {
            refused(Archive.of(zip).put(name, "{}").sealed().zip(), 422, "archive_unsafe", name.substring(0, 3));
        }
        byte[] twice = Archive.of(zip).put("tables/much.json", "x").sealed().zip();
        refused(replaced(twice, "tables/much.json", "tables/sums.json"), 422, "archive_unsafe", "two entries");
        assertThat(there.get("/v1/runs/" + run).status()).isEqualTo(404);
        try (Stream<Path> left = Files.list(other.bean(Home.class).folder("imports"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void whatIsTooLongPackedOrUnpackedIsRefusedWithTheBound() throws IOException {
        byte[] zip = export(finished("{\"experiment\": \"counting\", \"seed\": 10}"));
        refused(Archive.of(zip).put("tables/x.csv", "0".repeat(1 << 21)).sealed().zip(), 413, "too_large", "1048576");
        byte[] noise = new byte[300_000];
        new Random(1).nextBytes(noise);
        Archive large = Archive.of(zip);
        large.entries().put("tables/x.csv", noise);
        refused(large.sealed().zip(), 413, "too_large", "262144");
    }

    @Test
    void everyHashIsChecked() throws IOException {
        byte[] zip = export(finished("{\"experiment\": \"counting\", \"seed\": 11}"));
        refused(Archive.of(zip).put("tables/sums.csv", "x").zip(), 422, "archive_changed", "tables/sums.csv");
        refused(Archive.of(zip).put("tables/more.csv", "x").zip(), 422, "archive_changed", "tables/more.csv");
        refused(Archive.of(zip).remove("tables/sums.csv").zip(), 422, "archive_incomplete", "tables/sums.csv");
        refused(Archive.of(zip).remove("manifest.json").zip(), 422, "archive_incomplete", "manifest.json");
        refused(Archive.of(zip).put("tallies/0.safetensors", "x").sealed().zip(), 422, "archive_changed", "tallies/0");
        refused(Archive.of(zip).put("artifacts/total/total.txt", "1").sealed().zip(), 422, "archive_changed", "total.txt");
    }

    @Test
    void documentsThatNoRunHereCanHaveAreRefusedByName() throws IOException {
        byte[] zip = export(finished("{\"experiment\": \"counting\", \"seed\": 12}"));
        refused(edited(zip, run -> run.put("state", "RUNNING")), 422, "archive_malformed", "RUNNING");
        refused(edited(zip, run -> run.put("state", "DONE")), 422, "archive_malformed", "run.json");
        refused(edited(zip, run -> run.put("id", "../x")), 422, "archive_malformed", "../x");
        refused(edited(zip, run -> run.put("blocks", 3)), 422, "archive_malformed", "'4'");
        refused(edited(zip, run -> run.put("parameters", "x")), 422, "archive_malformed", "object");
        refused(edited(zip, run -> run.remove("provenance")), 422, "archive_malformed", "");
        refused(edited(zip, run -> run.putObject("labels").put("Bad Key", "x")), 422, "archive_malformed", "Bad Key");
        refused(edited(zip, run -> run.putObject("labels").put("a", "").put("b", "").put("c", "")), 422, "archive_malformed", "at most 2, '3'");
        refused(edited(zip, run -> run.putNull("labels")), 422, "archive_malformed", "");
        for (String document : List.of("null", "[null]", "{", "7", "[[[[", "[{\"name\": 3}]", "{}")) {
            for (String path : List.of(
                    "run.json", "metrics.json", "blocks.json", "artifacts.json", "tables/sums.json", "figures/sums.json",
                    "manifest.json")) {
                Archive archive = Archive.of(zip).put(path, document);
                byte[] put = path.equals("manifest.json") ? archive.zip() : archive.sealed().zip();
                Answer answer = taken(put);
                assertThat(answer.status()).as(path + " " + document + " " + answer.text()).isEqualTo(422);
            }
        }
        refused(
                Archive.of(zip).edit("manifest.json", manifest -> manifest.put("version", 2)).zip(),
                422,
                "archive_unsupported",
                "version 2");
    }

    @Test
    void onlyZipIsTaken() {
        assertThat(there.post("/v1/runs:import", "{}").status()).isEqualTo(415);
    }

    @Test
    void aFormTakesAZipAsWellAndLeadsToTheRun() throws IOException {
        String run = finished("{\"experiment\": \"counting\", \"seed\": 13}");
        byte[] zip = export(run);
        assertThat(there.get("/").text()).contains("href=\"/runs/import\"");
        assertThat(there.get("/runs/import").text()).contains("enctype=\"multipart/form-data\"").contains("at most 256.0 KiB");
        for (String time : List.of("new", "here already")) {
            Answer answer = sent(there, form("archive", zip));
            assertThat(answer.status()).as(time).isEqualTo(302);
            assertThat(answer.header("Location")).as(time).endsWith("/runs/" + run);
        }
        assertThat(withoutOrigin(there.run(run))).isEqualTo(withoutOrigin(HERE.run(run)));
        byte[] noise = new byte[3 << 20];
        new Random(2).nextBytes(noise);
        Archive longerThanOtherBodies = Archive.of(zip);
        longerThanOtherBodies.entries().put("tables/x.csv", noise);
        assertThat(sent(HERE, form("archive", longerThanOtherBodies.sealed().zip())).status()).isEqualTo(302);
    }

    @Test
    void whyAZipWasNotTakenStandsAboveTheFormWithItsCode() throws IOException {
        String run = finished("{\"experiment\": \"counting\", \"seed\": 14}");
        byte[] zip = export(run);
        told(form("archive", "x".getBytes(StandardCharsets.UTF_8)), 422, "archive_malformed", "what GET …/export gives");
        told(form("archive", new byte[0]), 422, "archive_malformed", "zip");
        told(form("archive", Archive.of(zip).put("tables/sums.csv", "x").zip()), 422, "archive_changed", "tables/sums.csv");
        told(form("archive", new byte[300_000]), 413, "too_large", "262144");
        byte[] bomb = Archive.of(zip).put("tables/x.csv", "0".repeat(1 << 21)).sealed().zip();
        told(form("archive", bomb), 413, "too_large", "1048576");
        told(form("other", zip), 422, "missing", "archive");
        byte[] whole = form("archive", zip);
        told(Arrays.copyOf(whole, whole.length - 20), 400, "malformed_request", "form");
        told("x".getBytes(StandardCharsets.UTF_8), 422, "missing", "archive");
        assertThat(there.send("POST", "/runs/import", "x", "Content-Type", "multipart/form-data").text())
                .as("without a boundary")
                .contains("<code id=\"code\">malformed_request</code>");
        assertThat(there.get("/v1/runs/" + run).status()).as("nothing is kept of these").isEqualTo(404);
        assertThat(sent(there, whole).status()).isEqualTo(302);
        String metrics = new String(Archive.of(zip).entries().get("metrics.json"), StandardCharsets.UTF_8);
        byte[] another = Archive.of(zip).put("metrics.json", metrics.replace("\"nats\"", "\"bits\"")).sealed().zip();
        told(form("archive", another), 409, "run_exists", run);
    }

    @Test
    void aLongFileThatIsNoZipIsAnsweredToAClientThatReadsOnlyWhenItHasSentAll() throws IOException {
        byte[] form = form("archive", new byte[16 << 20]);
        try (Socket socket = new Socket("127.0.0.1", HERE.base().getPort())) {
            socket.getOutputStream()
                    .write(("POST /runs/import HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: " + FORM
                                    + "\r\nContent-Length: " + form.length + "\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(form);
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 422")
                    .contains("archive_malformed");
        }
    }

    @Test
    void theFormIsTakenFromOurOwnPagesAlone() {
        Answer answer = there.send(
                "POST", "/runs/import", "x", "Content-Type", FORM, "Origin", "https://elsewhere.example");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.json().get("code").asString()).isEqualTo("cross_origin");
        assertThat(there.post("/runs/import", "{}").status()).as("no form").isEqualTo(415);
    }

    /** What a browser sends of a form with one file. */
    private static byte[] form(String field, byte[] file) throws IOException {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        form.write(("--limit\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"run.zip\"\r\n"
                        + "Content-Type: application/zip\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        form.write(file);
        form.write("\r\n--limit--\r\n".getBytes(StandardCharsets.UTF_8));
        return form.toByteArray();
    }

    private static Answer sent(KappaClient server, byte[] form) throws IOException {
        return server.upload("/runs/import", FORM, Archive.file(form));
    }

    private static void told(byte[] form, int status, String code, String named) throws IOException {
        Answer answer = sent(there, form);
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).startsWith("text/html");
        assertThat(answer.text()).contains("<code id=\"code\">" + code + "</code>").contains("at most 256.0 KiB");
        assertThat(answer.text().replaceFirst("(?s).*id=\"errors\"(.*?)</div>.*", "$1")).contains(named);
    }

    private static String finished(String body) {
        return HERE.finished(body).get("id").asString();
    }

    private static JsonNode child(String run, String how, String body) {
        Answer answer = there.post("/v1/runs/" + run + ":" + how, body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        return there.awaitEnd(answer.json().get("id").asString());
    }

    private static byte[] export(String run) {
        return HERE.bytes("/v1/runs/" + run + "/export");
    }

    private static byte[] edited(byte[] zip, Consumer<ObjectNode> change) throws IOException {
        return Archive.of(zip).edit("run.json", change).sealed().zip();
    }

    private static Answer taken(byte[] zip) throws IOException {
        return there.upload("/v1/runs:import", ZIP, Archive.file(zip));
    }

    private static void refused(byte[] zip, int status, String code, String named) throws IOException {
        Answer answer = taken(zip);
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.json().get("code").asString()).as(answer.text()).isEqualTo(code);
        assertThat(answer.json().get("detail").asString()).contains(named);
    }

    private static JsonNode withoutOrigin(JsonNode run) {
        ObjectNode rest = ((ObjectNode) run).deepCopy();
        rest.remove("origin");
        return rest;
    }

    private static byte[] replaced(byte[] bytes, String from, String to) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
    }
}
