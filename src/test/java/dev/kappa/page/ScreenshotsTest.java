package dev.kappa.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.kappa.testing.Browser;
import dev.kappa.testing.BrowserTest;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes the pictures of the README again: {@code mvn -q -Pscreenshots test}. */
@BrowserTest
@Tag("screenshots")
class ScreenshotsTest {
    private static final Path FOLDER = Path.of(System.getProperty("screenshots", "docs/screenshots"));
    private static final int WIDTH = 1280;

    @Test
    void thePagesAfterTwoExperimentsOnTheBundledModel() {
        try (KappaServer server = KappaServer.start(TestHomes.fresh());
                Browser browser = Browser.at(server.uri())) {
            KappaClient client = server.client();
            String jacobian = run(client, "jacobian_rank", "layer 2", 0);
            String sweep = run(client, "width_sweep", "all widths", 0);
            String again = run(client, "width_sweep", "another seed", 1);
            client.post("/v1/runs", "{\"experiment\": \"sae_training\", \"parameters\": " + example(client, "sae_training").get("parameters") + "}");
            for (ColorScheme scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
                String suffix = scheme == ColorScheme.DARK ? "-dark.png" : ".png";
                picture(browser, scheme, "/", "runs" + suffix, 560);
                picture(browser, scheme, "/runs/" + sweep, "run" + suffix, 2000);
                picture(browser, scheme, "/runs/" + jacobian, "jacobian" + suffix, 1500);
                picture(browser, scheme, "/compare?runs=" + sweep + "," + again, "compare" + suffix, 1300);
                picture(browser, scheme, "/new?experiment=width_sweep", "new" + suffix, 1200);
                picture(browser, scheme, "/models", "models" + suffix, 1000);
                picture(browser, scheme, "/experiments", "experiments" + suffix, 1200);
            }
        }
    }

    private static JsonNode example(KappaClient client, String kind) {
        return client.get("/v1/experiments/" + kind).json().get("example");
    }

    private static String run(KappaClient client, String kind, String note, long seed) {
        ObjectNode body = (ObjectNode) example(client, kind);
        body.put("seed", seed);
        body.putObject("labels").put("note", note);
        String id = client.submit(body.toString());
        await().atMost(Duration.ofMinutes(20))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> client.run(id).get("state").asString().equals("SUCCEEDED"));
        return id;
    }

    private static void picture(Browser browser, ColorScheme scheme, String path, String file, int height) {
        Page page = browser.page(scheme, WIDTH, height);
        page.navigate(path);
        int figures = page.locator("figure.chart").count();
        assertThat(page.locator("figure.drawn")).hasCount(figures);
        page.screenshot(new Page.ScreenshotOptions().setPath(FOLDER.resolve(file)));
        page.context().close();
    }
}
