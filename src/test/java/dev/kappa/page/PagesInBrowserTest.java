package dev.kappa.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import dev.kappa.testing.Browser;
import dev.kappa.testing.BrowserTest;
import dev.kappa.testing.Gate;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@BrowserTest
class PagesInBrowserTest {
    private static final Pattern RUN = Pattern.compile(".*/runs/[0-9a-z]{20,}$");
    private static Browser browser;
    private final KappaClient client = KappaServer.shared().client();

    @BeforeAll
    static void open() {
        browser = Browser.at(KappaServer.shared().uri());
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    @AfterEach
    void pagesStayOnTheirOriginAndWithinTheirPolicy() {
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void aRunIsSubmittedByFormAndWatchedUntilItsFiguresAreThere() {
        try (Gate gate = Gate.shut()) {
            Page page = browser.page();
            page.navigate("/");
            page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("New run")).first().click();
            page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Counting").setExact(true)).click();
            assertThat(field(page, "/parameters/draws")).hasValue("1000");
            field(page, "/parameters/gate").fill(gate.toString());
            field(page, "/parameters/gate_from").fill("2");
            field(page, "/labels").fill("who=me\nwhy=test");
            page.locator("#submit").click();

            assertThat(page).hasURL(RUN);
            assertThat(page.locator("#live .state")).hasText("measuring");
            assertThat(page.locator("#live")).containsText("2 of 4 blocks");
            assertThat(page.locator("#partial")).containsText("Partial: 2 of 4 blocks.");
            assertThat(page.locator("[data-headline=sum]")).containsText("parts 2");
            assertThat(page.locator("figure.drawn canvas")).isVisible();
            gate.open();
            assertThat(page.locator("#live .state")).hasText("succeeded");

            assertThat(page.locator("#partial")).hasCount(0);
            assertThat(page.locator("[data-headline=sum]")).containsText("parts 4");
            assertThat(page.locator(".label")).hasText(new String[] {"who=me", "why=test"});
            assertThat(page.locator("[data-metric=sum]")).containsText("[−∞, ");
            assertThat(page.locator("[data-metric=nothing]")).containsText("NaN");
            assertThat(page.locator("figure.drawn canvas")).isVisible();
            assertThat(page.locator("section[aria-labelledby=tables]")).containsText("a \"b\", c");
        }
    }

    @Test
    void whatIsWrongStandsAtItsField() {
        Page page = browser.page();
        page.navigate("/new?experiment=counting");
        field(page, "/parameters/draws").fill("many");
        page.locator("#submit").click();
        Locator draws = page.locator(".field.wrong");
        assertThat(draws).hasCount(1);
        assertThat(draws.locator(".errors")).containsText("expected an integer");
        assertThat(field(page, "/parameters/draws")).hasValue("many");
        assertThat(field(page, "/parameters/draws")).hasAttribute("aria-invalid", "true");

        field(page, "/parameters/draws").fill("0");
        field(page, "/priority").fill("1000");
        page.locator("#submit").click();
        assertThat(page.locator(".field.wrong").locator(".errors"))
                .hasText(Pattern.compile("must be (greater|less) than or equal"));

        field(page, "/parameters/draws").fill("10");
        field(page, "/priority").fill("1");
        field(page, "/parameters/name").fill("unheard");
        page.locator("#submit").click();
        assertThat(page.locator(".field.wrong .errors")).containsText("the name 'unheard' is not accepted");

        field(page, "/parameters/name").fill("");
        page.locator("#submit").click();
        assertThat(page).hasURL(RUN);
        // Chromium itself reports the 422 of a page on its console.
        assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("422"));
    }

    @Test
    void partialNumbersMoveOnAnOpenPageWhileItsFiguresStay() {
        try (Gate first = Gate.shut();
                Gate second = Gate.shut()) {
            String id = client.submit("""
                    {"experiment": "counting", "parameters": {"draws": 50, "parts": 3, "gate_from": 1, "gate": "%s", "last_gate": "%s"}}"""
                    .formatted(first, second));
            Page page = browser.page();
            page.navigate("/runs/" + id);
            assertThat(page.locator("#partial")).containsText("1 of 3 blocks");
            assertThat(page.locator("figure.drawn canvas")).isVisible();
            page.evaluate("() => document.querySelector('figure.drawn canvas').dataset.mine = 'yes'");
            first.open();
            assertThat(page.locator("#partial")).containsText("2 of 3 blocks");
            assertThat(page.locator("figure.drawn canvas[data-mine]")).isVisible();
            assertThat(page.locator("[data-metric=sum]")).containsText("parts 2");
        }
    }

    @Test
    void aFailedRunSaysWhyAndWithWhichCode() {
        String id = client.submit("{\"experiment\": \"counting\", \"parameters\": {\"trouble\": \"user_fault\"}}");
        client.awaitEnd(id);
        Page page = browser.page();
        page.navigate("/runs/" + id);
        assertThat(page.locator("#live [role=alert]")).containsText("the file 'x' turned out to be wrong");
        assertThat(page.locator("#code")).hasText("measured_badly");
        assertThat(page.locator("[data-block='0']")).containsText("the file 'x' turned out to be wrong");
    }

    @Test
    void labelsAreChangedAndWrongOnesExplained() {
        String id = ended("{\"experiment\": \"counting\", \"labels\": {\"who\": \"me\", \"why\": \"test\"}}");
        Page page = browser.page();
        page.navigate("/runs/" + id);
        page.getByText("edit labels").click();
        assertThat(page.locator("#lines")).hasValue("who=me\nwhy=test");
        page.locator("#lines").fill("WHO=me");
        page.locator("#submit").click();
        assertThat(page.locator(".field.wrong .errors")).containsText("WHO");
        page.locator("#lines").fill("who=you\nlayer=3");
        page.locator("#submit").click();
        assertThat(page.locator(".label")).hasText(new String[] {"layer=3", "who=you"});
        assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("422"));
    }

    @Test
    void aFinishedRunIsConcludedAgainWithOtherSettings() {
        String id = ended("{\"experiment\": \"counting\", \"seed\": 8, \"parameters\": {\"draws\": 50}}");
        Page page = browser.page();
        page.navigate("/runs/" + id);
        page.locator("#reanalyse").click();
        assertThat(page.locator(".field")).hasCount(1);
        field(page, "/parameters/times").fill("many");
        page.locator("#submit").click();
        assertThat(page.locator(".field.wrong .errors")).containsText("expected a number");
        field(page, "/parameters/times").fill("100");
        page.locator("#submit").click();
        assertThat(page.locator("#live .state")).hasText("succeeded");
        assertThat(page.locator("[data-headline=sum] .big")).hasText(Pattern.compile("\\d\\d,\\d\\d\\d|9,\\d\\d\\d"));
        assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("422"));
    }

    @Test
    void theCostIsSaidBeforeARunIsMade() {
        Page page = browser.page();
        page.navigate("/new?experiment=jacobian_rank");
        assertThat(page.locator("#cost")).containsText("floating-point operations");
        field(page, "/blocks").fill("4");
        field(page, "/blocks").press("Tab");
        assertThat(page.locator("#cost dd").nth(5)).hasText("4");
        field(page, "/parameters/corpus").fill("nosuch");
        field(page, "/parameters/corpus").press("Tab");
        assertThat(page.locator("#cost .errors")).containsText("nosuch");
        field(page, "/parameters/corpus").fill("stories-samples");
        page.locator("#plan").click();
        assertThat(page.locator("#cost dd").nth(5)).hasText("4");
        assertThat(field(page, "/parameters/hooks")).hasValue("blocks.2.hook_resid_post");
    }

    @Test
    void aRunIsCancelled() {
        try (Gate gate = Gate.shut()) {
            String id = client.running(gate.body());
            Page page = browser.page();
            page.navigate("/runs/" + id);
            page.locator("#cancel").click();
            assertThat(page.locator("#live .state")).hasText("cancelled");
            assertThat(page.locator("#live")).containsText("user: cancelled on request");
            assertThat(page.locator("#cancel")).hasCount(0);
        }
    }

    @Test
    void theListFollowsItsRunsAndKeepsMarksAndFocus() {
        try (Gate gate = Gate.shut()) {
            String id = client.running(gate.body());
            Page page = browser.page();
            page.navigate("/?experiment=counting");
            Locator row = page.locator("[data-run='" + id + "']");
            assertThat(row.locator(".state")).hasText("measuring");
            page.locator("#pick-" + id).check();
            page.locator("#run-" + id).focus();
            gate.open();
            assertThat(row.locator(".state")).hasText("succeeded");
            assertThat(page.locator("#pick-" + id)).isChecked();
            assertThat(page.locator("#run-" + id)).isFocused();

            page.navigate("/");
            page.locator("[name=label]").fill("who=" + id);
            page.getByText("Filter", new Page.GetByTextOptions().setExact(true)).click();
            assertThat(page.getByText("No run is like that.")).isVisible();
            client.send("PATCH", "/v1/runs/" + id, "{\"labels\": {\"who\": \"" + id + "\"}}", "Content-Type", "application/json");
            assertThat(page.locator("[data-run]")).hasCount(1);
            assertThat(row).containsText("who=" + id);
            page.navigate("/?state=QUEUED&experiment=counting");
            assertThat(page.locator("[data-run='" + id + "']")).hasCount(0);
        }
    }

    @Test
    void markedRunsAreCompared() {
        String first = ended("{\"experiment\": \"counting\", \"seed\": 1}");
        String second = ended("{\"experiment\": \"counting\", \"seed\": 2, \"parameters\": {\"draws\": 500}}");
        Page page = browser.page();
        page.navigate("/?experiment=counting");
        page.locator("#pick-" + first).check();
        page.locator("#pick-" + second).check();
        page.getByText("Compare the marked runs").click();
        assertThat(page.locator("[data-metric=sum] td")).hasCount(4);
        assertThat(page.locator("[data-metric=sum]")).containsText("Δ ");
        assertThat(page.locator("#differing")).isVisible();
        assertThat(page.locator("figure.drawn canvas")).isVisible();
    }

    @Test
    void whatIsWorkedOnAndWhatWaitsIsOnThePageOfTheQueue() {
        try (Gate gate = Gate.shut()) {
            String first = client.running(gate.body());
            String second = client.submit("{\"experiment\": \"counting\"}");
            Page page = browser.page();
            page.navigate("/");
            assertThat(page.locator("#waiting")).containsText("1 run is being worked on");
            page.locator("#waiting").click();
            assertThat(page.locator("[data-active='" + first + "'] .state")).hasText("measuring");
            assertThat(page.locator("[data-waiting='" + second + "']")).containsText("Counting");
            gate.open();
            assertThat(page.locator("[data-waiting='" + second + "']")).hasCount(0);
        }
    }

    @Test
    void aRunIsMeasuredAgainAndGivesTheSameDigits() {
        String id = ended("{\"experiment\": \"counting\", \"seed\": 21}");
        Page page = browser.page();
        page.navigate("/runs/" + id);
        assertThat(page.locator("#export")).hasAttribute("href", "/v1/runs/" + id + "/export");
        page.locator("#verify").click();
        assertThat(page.locator("#verified")).containsText("The same digits.");
        assertThat(page.locator("#verified a")).hasAttribute("href", "/runs/" + id);
    }

    @Test
    void aDictionaryIsRegisteredByFormAndWhatIsWrongWithItIsExplained() {
        Page page = browser.page();
        page.navigate("/models");
        page.getByText("Register another").click();
        page.getByText("a dictionary").click();
        field(page, "/id").fill("Not An Id");
        field(page, "/source").fill("file:/nowhere");
        page.locator("#submit").click();
        assertThat(page.locator(".field.wrong .errors")).containsText("must be 1 to 63 of a-z");
        field(page, "/id").fill("by-form");
        page.locator("#submit").click();
        assertThat(page.locator(".field.wrong .errors")).containsText("/nowhere");
        field(page, "/source").fill("bundled:stories-l2-x1");
        page.locator("#submit").click();
        assertThat(page.locator("[data-thing=by-form]")).containsText("blocks.2.hook_resid_post, width 128");
        client.send("DELETE", "/v1/saes/by-form", "");
        assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("422"));
    }

    @Test
    void modelsAreLoadedPinnedAndUnloaded() {
        Page page = browser.page();
        page.navigate("/models");
        Locator model = page.locator("[data-thing=stories-neox]");
        page.locator("#pin-model-stories-neox").click();
        assertThat(model).containsText("cpu, pinned");
        page.locator("#unpin-model-stories-neox").click();
        assertThat(model).not().containsText("pinned");
        page.locator("#unload-model-stories-neox").click();
        assertThat(page.locator("#load-model-stories-neox")).isVisible();
        page.locator("#load-model-stories-neox").click();
        assertThat(model).containsText("cpu");
    }

    @Test
    void pagesAreReadAndAFormIsSentWithoutScripts() {
        Page page = browser.pageWithoutScripts();
        page.navigate("/new?experiment=counting");
        page.locator("#submit").click();
        assertThat(page).hasURL(RUN);
        String id = page.url().substring(page.url().lastIndexOf('/') + 1);
        client.awaitEnd(id);
        page.reload();
        assertThat(page.locator("#live .state")).hasText("succeeded");
        assertThat(page.locator("figure svg")).isVisible();
        assertThat(page.locator("[data-metric=sum]")).isVisible();
        assertThat(page.locator("#curl")).containsText("/v1/runs -H");
        page.navigate("/");
        assertThat(page.locator("#run-" + id)).isVisible();
        for (String path : new String[] {"/models", "/models/register", "/queue", "/experiments", "/compare?runs=" + id, "/new", "/runs/import"}) {
            page.navigate(path);
            assertThat(page.locator("main h1")).isVisible();
        }
    }

    @Test
    void aRunIsTakenFromAZipWithoutScriptsAndWhatIsNoneIsExplainedHoweverLongItIs() {
        String id = ended("{\"experiment\": \"counting\", \"seed\": 22}");
        Page page = browser.pageWithoutScripts();
        page.navigate("/");
        page.getByText("Import a run").click();
        page.getByLabel("archive").setInputFiles(new FilePayload("weights.bin", "application/octet-stream", new byte[8 << 20]));
        page.locator("#submit").click();
        assertThat(page.locator("#errors")).containsText("zip");
        assertThat(page.locator("#code")).hasText("archive_malformed");
        byte[] zip = client.bytes("/v1/runs/" + id + "/export");
        page.getByLabel("archive").setInputFiles(new FilePayload("run.zip", "application/zip", zip));
        page.locator("#submit").click();
        assertThat(page).hasURL(Pattern.compile(".*/runs/" + id));
        assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("422"));
    }

    @Test
    void theKeyboardReachesEverything() {
        Page page = browser.page();
        page.navigate("/new?experiment=counting");
        page.keyboard().press("Tab");
        assertThat(page.locator(".skip")).isFocused();
        page.keyboard().press("Enter");
        page.keyboard().press("Tab");
        page.keyboard().press("Tab");
        assertThat(field(page, "/parameters/draws")).isFocused();
        page.keyboard().press("Control+A");
        page.keyboard().type("7");
        page.keyboard().press("Enter");
        assertThat(page).hasURL(RUN);
        assertThat(page.locator("#parameters + dl")).containsText("7");
    }

    private String ended(String body) {
        String id = client.submit(body);
        client.awaitEnd(id);
        return id;
    }

    private static Locator field(Page page, String pointer) {
        return page.locator("[name='" + pointer + "']");
    }
}
