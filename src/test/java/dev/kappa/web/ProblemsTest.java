package dev.kappa.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaClient.Answer;
import dev.kappa.testing.KappaServer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class ProblemsTest {
    private final KappaClient client = KappaServer.shared().client();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {}                                                                  | /experiment                 | missing
                    {"experiment": ""}                                                  | /experiment                 | invalid_value
                    {"experiment": "nope"}                                              | /experiment                 | unknown_experiment
                    {"experiment": 7}                                                   | /experiment                 | invalid_type
                    {"experiment": "counting", "extra": 1}                              | /extra                      | unknown_parameter
                    {"experiment": "counting", "parameters": [1]}                       | /parameters                 | invalid_type
                    {"experiment": "counting", "parameters": {"drawz": 1}}              | /parameters/drawz           | unknown_parameter
                    {"experiment": "counting", "parameters": {"draws": "1"}}            | /parameters/draws           | invalid_type
                    {"experiment": "counting", "parameters": {"draws": 1.5}}            | /parameters/draws           | invalid_type
                    {"experiment": "counting", "parameters": {"draws": 99999999999}}    | /parameters/draws           | invalid_type
                    {"experiment": "counting", "parameters": {"draws": true}}           | /parameters/draws           | invalid_type
                    {"experiment": "counting", "parameters": {"draws": 0}}              | /parameters/draws           | invalid_value
                    {"experiment": "counting", "parameters": {"trouble": "big"}}        | /parameters/trouble         | invalid_value
                    {"experiment": "counting", "parameters": {"name": 1}}               | /parameters/name            | invalid_type
                    {"experiment": "counting", "parameters": {"name": "unheard"}}       | /parameters/name            | unheard_name
                    {"experiment": "counting", "blocks": 0}                             | /blocks                     | invalid_value
                    {"experiment": "counting", "blocks": 10001}                         | /blocks                     | invalid_value
                    {"experiment": "synthetic_ground_truth", "blocks": 2}               | /blocks                     | too_few_blocks
                    {"experiment": "counting", "priority": 101}                         | /priority                   | invalid_value
                    {"experiment": "counting", "seed": "x"}                             | /seed                       | invalid_type
                    {"experiment": "counting", "labels": {"Bad Key": "x"}}              | /labels/Bad Key             | invalid_value
                    {"experiment": "counting", "labels": {"a": 1}}                      | /labels/a                   | invalid_type
                    []                                                                  | ''                          | invalid_type
                    null                                                                | ''                          | invalid_type
                    """)
    void anImpossibleRequestIsRefusedWithItsPlaceAndCode(String body, String pointer, String code) {
        Answer answer = client.post("/v1/runs", body);
        JsonNode problem = problem(answer, 422, code);
        assertThat(problem.at("/errors/0/pointer").asString()).as(answer.text()).isEqualTo(pointer);
        assertThat(problem.at("/errors/0/code").asString()).isEqualTo(code);
        assertThat(problem.at("/errors/0/detail").asString()).isNotBlank();
        assertThat(problem.get("retryable").asBoolean()).isFalse();
    }

    @Test
    void everyReasonIsNamedAtOnce() {
        JsonNode problem = problem(
                client.post("/v1/runs", """
                        {"experiment": "counting", "parameters": {"draws": 0, "parts": 1001, "trouble_in": -1}}"""),
                422,
                "invalid_value");
        assertThat(problem.get("errors")).hasSize(3);
        assertThat(problem.at("/errors/1/detail").asString()).contains("1001").contains("1000");
    }

    @Test
    void refusedRequestsLeaveNothingBehind() {
        String before = client.get("/v1/runs?page_size=1").text();
        client.post("/v1/runs", "{\"experiment\": \"counting\", \"parameters\": {\"name\": \"unheard\"}}");
        assertThat(client.get("/v1/runs?page_size=1").text()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"experiment":
            ''
            {"experiment": "counting"} x
            {"experiment": NaN}
            """)
    void whatIsNotJsonIsMalformed(String body) {
        problem(client.post("/v1/runs", body), 400, "malformed_json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET    | /nowhere                         | 404 | not_found
            GET    | /v1/runs/unknown                 | 404 | unknown_run
            POST   | /v1/runs/unknown:cancel          | 404 | unknown_run
            GET    | /v1/runs/unknown/metrics         | 404 | unknown_run
            GET    | /v1/runs/unknown/tables/t        | 404 | unknown_run
            GET    | /v1/experiments/unknown          | 404 | unknown_experiment
            DELETE | /v1/runs                         | 405 | method_not_allowed
            GET    | /v1/runs?page_size=0             | 400 | invalid_query
            GET    | /v1/runs?page_size=many          | 400 | malformed_request
            GET    | /v1/runs?page_token=!            | 400 | invalid_query
            GET    | /v1/runs?state=DONE              | 400 | invalid_query
            GET    | /v1/comparisons?=a               | 400 | malformed_request
            GET    | /v1/runs?%F1%8A%AC%86=a          | 400 | malformed_request
            """)
    void addressesAndQueriesThatAreWrongAreProblems(String method, String path, int status, String code) {
        problem(client.send(method, path, ""), status, code);
    }

    @Test
    void onlyJsonIsTakenAndWhatIsOfferedIsSaid() {
        problem(client.send("POST", "/v1/runs", "x", "Content-Type", "text/plain"), 415, "unsupported_media_type");
        problem(client.get("/v1/runs", "Accept", "image/png"), 406, "not_acceptable");
        String id = client.submit("{\"experiment\": \"counting\"}");
        client.awaitEnd(id);
        problem(client.get("/v1/runs/" + id + "/tables/sums", "Accept", "image/png"), 406, "not_acceptable");
        JsonNode missing = problem(client.get("/v1/runs/" + id + "/figures/none"), 404, "unknown_figure");
        assertThat(missing.get("detail").asString()).contains("'none'").contains("it has: sums");
    }

    @Test
    void aFormOfSeveralPartsIsNoReasonToFail() {
        Answer answer = client.send("POST", "/v1/models/stories-neox:pin", "x", "Content-Type", "multipart/form-data");
        problem(answer, 415, "unsupported_media_type");
    }

    @Test
    void nothingInAListOfParametersIsRefusedWithItsPlace() {
        JsonNode problem = problem(
                client.post("/v1/runs:plan", """
                        {"experiment": "depth_sweep", "parameters": {"model": "stories-neox",
                         "corpus": "stories-samples", "places": [null]}}"""),
                422,
                "invalid_type");
        assertThat(problem.at("/errors/0/pointer").asString()).isEqualTo("/parameters/places/0");
    }

    @Test
    void aCallersRequestIdComesBack() {
        Answer answer = client.get("/nowhere", "X-Request-Id", "mine-1");
        assertThat(answer.header("X-Request-Id")).isEqualTo("mine-1");
        assertThat(answer.json().get("request_id").asString()).isEqualTo("mine-1");
        assertThat(client.get("/nowhere", "X-Request-Id", "not plain").header("X-Request-Id"))
                .isNotEqualTo("not plain");
    }

    @Test
    void aCharacterThatCannotBeKeptIsNotOurMistake() {
        problem(
                client.post("/v1/runs", "{\"experiment\": \"counting\", \"labels\": {\"a\": \"\\u0000\"}}"),
                422,
                "invalid_character");
        problem(client.get("/v1/runs?experiment=%00"), 422, "invalid_character");
    }

    @Test
    void anAddressThatTheContainerRefusesIsAProblemToo() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", KappaServer.shared().uri().getPort())) {
            socket.getOutputStream()
                    .write("GET /v1/%ZZ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .startsWith("HTTP/1.1 400")
                    .contains("Content-Type: application/problem+json")
                    .contains("\"code\":\"malformed_request\"");
        }
    }

    private static JsonNode problem(Answer answer, int status, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        JsonNode problem = answer.json();
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("code").asString()).isEqualTo(code);
        assertThat(problem.get("type").asString()).isEqualTo("urn:kappa:problem:" + code);
        assertThat(problem.get("title").asString()).isNotBlank();
        assertThat(problem.get("detail").asString()).isNotBlank();
        assertThat(problem.get("instance").asString()).startsWith("/");
        assertThat(problem.get("request_id").asString()).isEqualTo(answer.header("X-Request-Id"));
        assertThat(answer.text()).doesNotContain("\tat ").doesNotContain("Exception");
        return problem;
    }
}
