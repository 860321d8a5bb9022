package dev.kappa.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.Kappa;
import dev.kappa.testing.KappaClient;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The command {@code keys}: with the server stopped, and beside a running one. */
class KeysCommandTest {
    private record Outcome(int code, String out, String err) {}

    @Test
    void aKeyMadeBeforeTheFirstStartLetsTheServerBeReachedAndLaterOnesCountAtOnce() throws Exception {
        Path home = TestHomes.fresh();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                        Kappa.class.getName(), "keys", "create", "--name", "lab", "--scopes", "runs:read,runs:write",
                        "--kappa.home=" + home, KappaServer.BINARIES)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String key = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(key).matches("kappa_[A-Za-z0-9_-]{43}");

        try (KappaServer server = KappaServer.start(home, "server.address=0.0.0.0")) {
            assertThat(server.client().get("/v1/runs").status()).isEqualTo(401);
            assertThat(server.client().withKey(key).get("/v1/runs").status()).isEqualTo(200);

            Outcome created = command(home, "create", "--name=nightly", "--scopes=runs:read", "--expires", "90d");
            assertThat(created.code()).isZero();
            KappaClient nightly = server.client().withKey(created.out().strip());
            assertThat(nightly.get("/v1/runs").status()).isEqualTo(200);

            String listed = command(home, "list").out();
            assertThat(listed.lines().toList()).hasSize(3);
            assertThat(listed)
                    .contains("lab", "nightly", "runs:read,runs:write", "valid")
                    .doesNotContain(key)
                    .doesNotContain(created.out().strip());
            String id = listed.lines().filter(line -> line.contains("nightly")).findFirst().orElseThrow().split(" ")[0];
            assertThat(command(home, "revoke", id).out()).contains(id + " is revoked");
            assertThat(nightly.get("/v1/runs").status()).isEqualTo(401);
            assertThat(command(home, "revoke", id).out()).contains("was revoked before");
            assertThat(command(home, "list").out()).contains("revoked");
            Outcome unknown = command(home, "revoke", "key-0");
            assertThat(unknown.code()).isEqualTo(1);
            assertThat(unknown.err()).contains("there is no key 'key-0'").contains(id);
        }
    }

    @Test
    void aCommandThatIsWrittenWrongSaysHowItIsWritten() throws IOException {
        Path home = TestHomes.fresh();
        for (List<String> wrong : List.of(
                List.<String>of(),
                List.of("make"),
                List.of("create", "--name", "x"),
                List.of("create", "--name", "x", "--scopes", "runs:delete"),
                List.of("create", "--name", "x", "--scopes", "runs:read", "--expires", "soon"),
                List.of("create", "--scope", "runs:read"),
                List.of("revoke"))) {
            Outcome outcome = command(home, wrong.toArray(String[]::new));
            assertThat(outcome.code()).as(wrong.toString()).isEqualTo(2);
            assertThat(outcome.err()).contains("usage: keys create").contains("runs:read,runs:write,catalog:admin");
        }
        assertThat(home).doesNotExist();
    }

    private static Outcome command(Path home, String... words) {
        List<String> arguments = new ArrayList<>(List.of("keys"));
        arguments.addAll(List.of(words));
        arguments.addAll(List.of("--kappa.home=" + home, KappaServer.BINARIES));
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
        try {
            int code = KeysCommand.run(arguments.toArray(String[]::new));
            return new Outcome(
                    code, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
