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
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes the pictures of the README again: {@code mvn -q -Pscreenshots -Dtest=ScreenshotsTest test}. */
@BrowserTest
@Tag("screenshots")
class ScreenshotsTest {
    private static final Path FOLDER = Path.of(System.getProperty("screenshots", "src/main/docs/screenshots"));
    private static final int WIDTH = 1280;

    @Test
    void thePagesOfExperimentsOnTheBundledModel() {
        try (KappaServer server = KappaServer.start(TestHomes.fresh());
                Browser browser = Browser.at(server.uri())) {
            KappaClient client = server.client();
            String jacobian = run(client, "jacobian_rank", "first look", 0);
            String again = run(client, "jacobian_rank", "another seed", 1);
            run(client, "width_sweep", "all widths", 0);
            String going = submit(client, "width_sweep", "another seed", 1);
            until(() -> client.get("/v1/runs/" + going + "/metrics").json().get("blocks_done").asInt() >= 5);
            picture(browser, "/", "runs.png", 560);
            picture(browser, "/runs/" + going, "live.png", 1150);
            picture(browser, "/runs/" + jacobian, "run.png", 1150);
            picture(browser, "/compare?runs=" + jacobian + "," + again, "compare.png", 900);
            picture(browser, "/new?experiment=width_sweep", "new.png", 800);
        }
    }

    private static JsonNode example(KappaClient client, String kind) {
        return client.get("/v1/experiments/" + kind).json().get("example");
    }

    private static String submit(KappaClient client, String kind, String note, long seed) {
        ObjectNode body = (ObjectNode) example(client, kind);
        body.put("seed", seed);
        body.putObject("labels").put("note", note);
        return client.submit(body.toString());
    }

    private static String run(KappaClient client, String kind, String note, long seed) {
        String id = submit(client, kind, note, seed);
        until(() -> client.run(id).get("state").asString().equals("SUCCEEDED"));
        return id;
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(Duration.ofMinutes(20)).pollInterval(Duration.ofSeconds(1)).until(condition);
    }

    private static void picture(Browser browser, String path, String file, int height) {
        Page page = browser.page(ColorScheme.LIGHT, WIDTH, height);
        page.navigate(path);
        int figures = page.locator("figure.chart").count();
        assertThat(page.locator("figure.drawn")).hasCount(figures);
        page.screenshot(new Page.ScreenshotOptions().setPath(FOLDER.resolve(file)));
        page.context().close();
    }
}
