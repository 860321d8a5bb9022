package dev.kappa.testing;

import dev.kappa.Kappa;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** A whole server in this process. Closing it stops it in the orderly way; the home stays. */
public final class KappaServer implements AutoCloseable {
    /** Unpacked once for all tests, so that a server with a new home starts in seconds. */
    public static final String BINARIES = "--kappa.postgres.binaries=target/postgres-binaries";

    private final ConfigurableApplicationContext context;

    private KappaServer(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /**
     * Starts a server that also knows {@link CountingExperiment}.
     *
     * @param properties such as {@code kappa.engine.lanes=2}
     */
    public static KappaServer start(Path home, String... properties) {
        List<String> arguments = new ArrayList<>(List.of(
                "--kappa.home=" + home,
                "--server.port=0",
                "--kappa.engine.retry-delay=50ms",
                "--kappa.engine.partial-interval=50ms",
                BINARIES));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        return new KappaServer(new SpringApplicationBuilder(Kappa.class, CountingExperiments.class)
                .run(arguments.toArray(String[]::new)));
    }

    /**
     * One server for all tests of this process that do not stop it; it goes with the process. Other tests' runs
     * may be on it.
     */
    public static KappaServer shared() {
        return Shared.SERVER;
    }

    private static final class Shared {
        static final KappaServer SERVER = start(TestHomes.fresh());
    }

    public URI uri() {
        int port = ((ServletWebServerApplicationContext) context).getWebServer().getPort();
        return URI.create("http://127.0.0.1:" + port);
    }

    public KappaClient client() {
        return new KappaClient(uri());
    }

    /** A bean, for what HTTP does not show. */
    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }
}
