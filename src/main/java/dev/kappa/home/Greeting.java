package dev.kappa.home;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Says where the server is reached and where its state lives. */
@Component
final class Greeting {
    private static final Logger LOG = LoggerFactory.getLogger("dev.kappa.Kappa");

    private final Home home;
    private final Environment environment;

    Greeting(Home home, Environment environment) {
        this.home = home;
        this.environment = environment;
    }

    @EventListener
    void ready(ApplicationReadyEvent event) {
        if (event.getApplicationContext() instanceof ServletWebServerApplicationContext web) {
            LOG.info(
                    "Serving on {}://{}:{} after {} ms; state in {}",
                    isEncrypted() ? "https" : "http",
                    environment.getProperty("server.address", "localhost"),
                    web.getWebServer().getPort(),
                    event.getTimeTaken().toMillis(),
                    home.directory());
        }
    }

    private boolean isEncrypted() {
        return environment.containsProperty("server.ssl.bundle") || environment.containsProperty("server.ssl.key-store");
    }
}
