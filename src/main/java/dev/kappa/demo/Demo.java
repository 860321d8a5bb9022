package dev.kappa.demo;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Profile {@code demo}: when the server is ready, runs {@code jacobian_rank} and {@code width_sweep} on the
 * bundled model through HTTP, shows progress and results, writes a report, and ends the process.
 */
@Component
@Profile("demo")
class Demo {
    private static final Path REPORT = Path.of("target", "demo", "report.html");
    private static final List<String> KINDS = List.of("jacobian_rank", "width_sweep");
    private static final int BAR = 30;
    private static final long POLL_MILLIS = 200;

    private final JsonMapper json;
    private final PrintStream out = System.out;

    Demo(JsonMapper json) {
        this.json = json;
    }

    @EventListener
    void run(ApplicationReadyEvent ready) {
        ConfigurableApplicationContext context = ready.getApplicationContext();
        Thread thread = new Thread(() -> end(context, showAll(context)), "demo");
        thread.start();
    }

    private static void end(ConfigurableApplicationContext context, int code) {
        System.exit(SpringApplication.exit(context, () -> code));
    }

    private int showAll(ConfigurableApplicationContext context) {
        try {
            String port = context.getEnvironment().getProperty("local.server.port");
            show(new Client("http://127.0.0.1:" + port, json));
            return 0;
        } catch (IOException | RuntimeException e) {
            out.println("The demonstration failed: " + e.getMessage());
            return 1;
        }
    }

    private void show(Client client) throws IOException {
        List<String> ids = new ArrayList<>();
        for (String kind : KINDS) {
            ids.add(client.submit(client.example(kind)));
        }
        List<Result> results = new ArrayList<>();
        for (String id : ids) {
            JsonNode run = follow(client, id);
            if (!run.path("state").asString().equals("SUCCEEDED")) {
                throw Fault.internal("demo_run_failed", "run " + id + " ended as " + run.path("state") + ": " + run.path("detail"), null);
            }
            results.add(new Result(run, client.metrics(id), client.figures(id)));
        }
        out.println();
        results.forEach(result -> out.print(result.text()));
        Files.createDirectories(REPORT.getParent());
        Files.writeString(REPORT, Report.html(results));
        out.println("Figures: " + REPORT);
        out.println("Both runs stay in the database: start the server and GET /v1/runs.");
    }

    /** Redraws one line until the run has ended. */
    private JsonNode follow(Client client, String id) {
        while (true) {
            JsonNode run = client.run(id);
            draw(run);
            switch (run.path("state").asString()) {
                case "SUCCEEDED", "FAILED", "CANCELLED" -> {
                    out.println();
                    return run;
                }
                default -> pause();
            }
        }
    }

    private void draw(JsonNode run) {
        JsonNode progress = run.path("progress");
        double fraction = run.path("state").asString().equals("SUCCEEDED") ? 1 : progress.path("fraction").asDouble(0);
        int full = (int) Math.round(BAR * fraction);
        out.printf(
                "\r%-14s [%s%s] %3.0f %%  %-10s",
                run.path("experiment").asString(),
                "#".repeat(full),
                ".".repeat(BAR - full),
                100 * fraction,
                progress.path("phase").asString());
        out.flush();
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Fault.internal("interrupted", "the demonstration was interrupted", e);
        }
    }
}
