package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Every kind's example, over HTTP, on what comes with the product: two minutes are meant to be enough for each. */
@Tag("benchmark")
class ExamplesBenchmarkTest {
    @Test
    void everyExampleSucceeds() throws InterruptedException {
        KappaClient client = KappaServer.shared().client();
        for (JsonNode kind : client.get("/v1/experiments").json().get("experiments")) {
            String name = kind.get("experiment").asString();
            // The tests' own kind measures nothing.
            if (!name.equals("counting")) {
                long start = System.nanoTime();
                JsonNode run = end(client, client.submit(kind.get("example").toString()));
                System.out.printf("example of %-24s %6.1f s%n", name, (System.nanoTime() - start) / 1e9);
                assertThat(run.get("state").asString()).as("%s: %s", name, run).isEqualTo("SUCCEEDED");
            }
        }
    }

    private static JsonNode end(KappaClient client, String id) throws InterruptedException {
        JsonNode run = client.run(id);
        while (!run.get("state").asString().matches("SUCCEEDED|FAILED|CANCELLED")) {
            Thread.sleep(50);
            run = client.run(id);
        }
        return run;
    }
}
