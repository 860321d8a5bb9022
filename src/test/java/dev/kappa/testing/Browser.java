package dev.kappa.testing;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A headless Chromium that looks at a server's pages and keeps what they should not have done. */
public final class Browser implements AutoCloseable {
    private static final double PATIENCE_MILLIS = 60_000;

    private final URI server;
    private final Playwright playwright;
    private final com.microsoft.playwright.Browser browser;
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    private Browser(URI server, Playwright playwright, com.microsoft.playwright.Browser browser) {
        this.server = server;
        this.playwright = playwright;
        this.browser = browser;
    }

    /** A browser for one server; other work may keep the machine busy, so its assertions are patient. */
    public static Browser at(URI server) {
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
        Playwright playwright = Playwright.create(new Playwright.CreateOptions()
                .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        return new Browser(
                server,
                playwright,
                playwright.chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(NeedsChromium.chromium()
                                        .orElseThrow(() -> new AssertionError("no Chromium on the path")))
                                .setArgs(List.of("--no-sandbox", "--disable-gpu"))));
    }

    public Page page() {
        return page(new com.microsoft.playwright.Browser.NewContextOptions());
    }

    public Page pageWithoutScripts() {
        return page(new com.microsoft.playwright.Browser.NewContextOptions().setJavaScriptEnabled(false));
    }

    public Page page(ColorScheme scheme, int width, int height) {
        return page(new com.microsoft.playwright.Browser.NewContextOptions()
                .setColorScheme(scheme)
                .setViewportSize(width, height));
    }

    private Page page(com.microsoft.playwright.Browser.NewContextOptions options) {
        BrowserContext context = browser.newContext(options.setBaseURL(server.toString()));
        Page page = context.newPage();
        page.setDefaultTimeout(PATIENCE_MILLIS);
        page.onRequest(request -> {
            String scheme = URI.create(request.url()).getScheme();
            if (!request.url().startsWith(server + "/") && !List.of("data", "blob").contains(scheme)) {
                complaints.add("left the origin: " + request.url());
            }
        });
        page.onConsoleMessage(message -> {
            if (List.of("error", "warning").contains(message.type())) {
                complaints.add(message.type() + " on " + page.url() + ": " + message.text());
            }
        });
        page.onPageError(error -> complaints.add("script failed on " + page.url() + ": " + error));
        return page;
    }

    /** Requests to elsewhere, refusals by the pages' policy, and errors of scripts, since this was asked last. */
    public List<String> complaints() {
        List<String> now = List.copyOf(complaints);
        complaints.clear();
        return now;
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
