package dev.kappa.home;

import dev.kappa.fault.Fault;
import java.util.Map;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** {@code kappa.traces} is where traces go, as OTLP over HTTP; empty, nothing is traced. */
final class TraceExport implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        ConfigurableEnvironment environment = context.getEnvironment();
        String collector = environment.getProperty("kappa.traces", "");
        if (collector.isBlank()) {
            return;
        }
        if (!collector.matches("https?://[^/\\s]+(/\\S*)?")) {
            throw Fault.user(
                    "bad_traces",
                    "kappa.traces '" + collector
                            + "' is no address of a collector; accepted: such as http://localhost:4318/v1/traces");
        }
        // Before the defaults of application.properties, which turn all of it off.
        environment.getPropertySources().addFirst(new MapPropertySource("traces", Map.of(
                "management.opentelemetry.enabled", "true",
                "management.opentelemetry.tracing.export.otlp.endpoint", collector)));
    }
}
