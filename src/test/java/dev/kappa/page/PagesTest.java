package dev.kappa.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.web.util.HtmlUtils;
import tools.jackson.databind.JsonNode;

class PagesTest {
    private final KappaClient client = KappaServer.shared().client();

    @Test
    void everyPageAnswersUnderAStrictPolicy() {
        for (String path : new String[] {
            "/", "/new", "/new?experiment=width_sweep", "/models", "/models/register", "/queue", "/experiments", "/compare",
            "/runs/import"
        }) {
            KappaClient.Answer page = client.get(path, "Accept", "text/html");
            assertThat(page.status()).as(path).isEqualTo(200);
            assertThat(page.header("Content-Type")).startsWith("text/html");
            assertThat(page.header("Content-Security-Policy")).startsWith("default-src 'self';");
            assertThat(page.text()).as(path).doesNotContain("style=\"").doesNotContain("onclick");
        }
    }

    @Test
    void whatIsNotThereIsSaidOnAPage() {
        KappaClient.Answer page = client.get("/runs/nonsense");
        assertThat(page.status()).isEqualTo(404);
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.text()).contains("There is no run “nonsense”");
        assertThat(client.get("/new?experiment=nonsense").status()).isEqualTo(404);
        assertThat(client.get("/compare?runs=nonsense").status()).isEqualTo(404);
        assertThat(client.send("POST", "/models/sae/nonsense/load", "").status()).isEqualTo(404);
    }

    @Test
    void aWrongAddressIsAPageForABrowserAndAProblemForOthers() {
        KappaClient.Answer page = client.get("/nowhere", "Accept", "text/html,*/*;q=0.8");
        assertThat(page.status()).isEqualTo(404);
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.header("Content-Security-Policy")).startsWith("default-src 'self';");
        assertThat(page.text()).contains("There is nothing at “/nowhere”");
        assertThat(client.get("/runs/x/cancel", "Accept", "text/html").status()).isEqualTo(405);
        for (KappaClient.Answer other : List.of(
                client.get("/nowhere"),
                client.get("/nowhere", "Accept", "application/json"),
                client.get("/v1/nowhere", "Accept", "text/html,application/json"))) {
            assertThat(other.status()).isEqualTo(404);
            assertThat(other.header("Content-Type")).isEqualTo("application/problem+json");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /?model=%00&after=x, ''",
        "GET, /compare/figures/x, ''",
        "GET, /compare/figures/x?runs=%00, ''",
        "GET, /new?from=%00, ''",
        "GET, /models/register?shelf=nonsense, ''",
        "GET, /runs/nonsense/figures/x, ''",
        "POST, /new, ''",
        "POST, /new, experiment=%00",
        "POST, /new, experiment=jacobian_rank&/labels=a%3D%00",
        "POST, /new, experiment=counting&/labels=a%3D%00",
        "POST, /new/plan, x=%00",
        "POST, /models/register, shelf=nonsense",
        "POST, /models/register, shelf=model&/id=%00&/source=%00",
        "POST, /models/register, shelf=corpus&/id=a&/source=file:%00",
        "POST, /runs/nonsense/labels, ''",
        "POST, /runs/nonsense/labels, lines=a%00",
        "POST, /runs/nonsense/reanalyse, ''",
        "POST, /runs/import, ''",
        "POST, /sign-in, key=%00"
    })
    void whatAPageIsAskedWronglyIsSaidToBeWrongOnAPage(String method, String path, String form) {
        KappaClient.Answer page = method.equals("GET")
                ? client.get(path, "Accept", "text/html")
                : client.send(
                        method, path, form, "Accept", "text/html", "Content-Type", "application/x-www-form-urlencoded");
        assertThat(page.status()).isBetween(400, 499);
        assertThat(page.header("Content-Type")).startsWith("text/html");
    }

    @Test
    void whatAStateDoesNotAllowIsSaidOnAPage() {
        String id = client.submit("{\"experiment\": \"counting\", \"parameters\": {\"trouble\": \"user_fault\"}}");
        client.awaitEnd(id);
        KappaClient.Answer page = client.send("POST", "/runs/" + id + "/verify", "");
        assertThat(page.status()).isEqualTo(409);
        assertThat(page.text()).contains("only runs that are SUCCEEDED can be verified");
        assertThat(client.send("POST", "/runs/nonsense/cancel", "").status()).isEqualTo(404);
    }

    @Test
    void everyExperimentHasWordsOnHowToReadIt() {
        String page = client.get("/experiments").text();
        client.get("/v1/experiments").json().get("experiments").forEach(kind -> {
            String name = kind.get("experiment").asString();
            String section = page.substring(page.indexOf("id=\"" + name + "\""));
            section = section.substring(0, section.indexOf("</section>"));
            if (!name.equals("counting")) {
                assertThat(section.length()).as(name).isGreaterThan(600);
            }
        });
    }

    @Test
    void theCurlLineOfARunMakesTheSameRunAgain() {
        String id = client.submit("{\"experiment\": \"counting\", \"seed\": 4, \"labels\": {\"who\": \"it's me\"}}");
        JsonNode first = client.awaitEnd(id);
        String page = HtmlUtils.htmlUnescape(client.get("/runs/" + id).text());
        String line = page.substring(page.indexOf("curl -sS"), page.indexOf("</pre>", page.indexOf("curl -sS")));
        String body = line.substring(line.indexOf("-d '") + 4, line.lastIndexOf('\'')).replace("'\\''", "'");
        JsonNode second = client.finished(body);
        assertThat(second.get("metrics")).isEqualTo(first.get("metrics"));
        assertThat(second.get("labels")).isEqualTo(first.get("labels"));
    }

    @Test
    void aDeadlineIsAFieldOfTheFormAndComesAgainWhereTheRunIsRepeated() {
        KappaClient.Answer answer = client.send(
                "POST", "/new", "experiment=counting&%2Fdeadline_seconds=3600", "Content-Type", "application/x-www-form-urlencoded");
        String id = answer.header("Location").replaceFirst(".*/runs/", "");
        assertThat(client.awaitEnd(id).has("deadline_at")).isTrue();
        assertThat(client.get("/new?from=" + id).text())
                .containsPattern("<input[^>]* name=\"/deadline_seconds\" value=\"3600\"");
        assertThat(HtmlUtils.htmlUnescape(client.get("/runs/" + id).text()))
                .contains("\"deadline_seconds\" : 3600")
                .contains("deadline_seconds=3600,");
        String wrong = client.send(
                        "POST", "/new", "experiment=counting&%2Fdeadline_seconds=0", "Content-Type", "application/x-www-form-urlencoded")
                .text();
        assertThat(wrong).contains("must be greater than or equal to 1");
    }

    @Test
    void forcedNumbersAreSaidToBeForcedAndAComparisonWarns() {
        String body = """
                {"experiment": "width_sweep", "seed": %d, "blocks": 4, "parameters": {"model": "stories-neox",
                 "hook": "blocks.2.hook_resid_post", "saes": ["stories-l2-x1", "stories-l2-x2"], "sequences": 12,
                 "corpus": "stories-samples", "length": 32, "calibration": {"method": "quantile"}}}""";
        String first = client.submit(body.formatted(1));
        String second = client.submit(body.formatted(2));
        client.awaitEnd(first);
        client.awaitEnd(second);
        assertThat(client.get("/runs/" + first).text())
                .contains("Forced by calibration: this number follows from how the threshold was chosen")
                .contains("Plateau not identified");
        assertThat(client.get("/compare?runs=" + first + "," + second).text()).contains("id=\"forced\"");
        assertThat(client.get("/compare/figures/capacity?runs=" + first + "," + second).json().at("/series/0/label").asString())
                .startsWith("A: ");
    }

    @Test
    void theListGoesOnPageByPage() {
        for (int i = 0; i < 51; i++) {
            client.submit("{\"experiment\": \"counting\", \"parameters\": {\"draws\": 1, \"parts\": 1}}");
        }
        String page = client.get("/?experiment=counting").text();
        String older = HtmlUtils.htmlUnescape(page.replaceFirst("(?s).*<a href=\"([^\"]+)\" rel=\"next\">.*", "$1"));
        assertThat(older).startsWith("/?experiment=counting&after=");
        assertThat(client.get(older).text()).contains("data-run=").contains("Newest");
    }

    @Test
    void aFilterMayHaveAnyCharacterAndStaysInTheLinks() {
        for (String filter : List.of("state", "experiment", "model", "label", "after")) {
            KappaClient.Answer page = client.get("/?" + filter + "=%7Bx%7D%26y");
            assertThat(page.status()).as(filter).isEqualTo(200);
            assertThat(page.text()).as(filter).contains("/?" + filter + "=%7Bx%7D%26y");
        }
    }
}
