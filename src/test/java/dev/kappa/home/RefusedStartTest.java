package dev.kappa.home;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.KappaProcess;
import dev.kappa.testing.KappaServer;
import dev.kappa.testing.TestHomes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What keeps a server from starting is said in one line, and nothing is left behind. */
class RefusedStartTest {
    private final KappaServer running = KappaServer.shared();

    @Test
    void aPortInUseIsNamedAndTheHomeIsNotTouched() {
        Path home = TestHomes.fresh();
        int port = running.uri().getPort();
        String line = refusal(KappaProcess.start(home, "--server.port=" + port));
        assertThat(line).contains("server.port " + port).contains("in use");
        assertThat(home).doesNotExist();
    }

    @Test
    void aHomeThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.createFile(Files.createDirectories(TestHomes.fresh()).resolve("file"));
        Path home = file.resolve("home");
        assertThat(refusal(KappaProcess.start(home))).contains("kappa.home '" + home + "'").contains("cannot be used");
        assertThat(file).isEmptyFile();
    }

    @Test
    void aHomeInUseIsNamedAndItsServerGoesOn() {
        Path home = running.bean(Home.class).directory();
        String line = refusal(KappaProcess.start(home));
        assertThat(line)
                .contains("kappa.home '" + home + "'")
                .contains("in use by another server (process " + ProcessHandle.current().pid() + ")");
        assertThat(running.client().get("/actuator/health/readiness").status()).isEqualTo(200);
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsNamedWithoutItsPassword() {
        String line = refusal(KappaProcess.start(
                TestHomes.fresh(), "--spring.datasource.url=jdbc:postgresql://127.0.0.1:1/kappa?password=secret"));
        assertThat(line).contains("jdbc:postgresql://127.0.0.1:1/kappa").doesNotContain("secret");
    }

    @Test
    void anAddressForTracesThatIsNoneIsNamed() {
        Path home = TestHomes.fresh();
        assertThat(refusal(KappaProcess.start(home, "--kappa.traces=collector:4318")))
                .contains("kappa.traces 'collector:4318'")
                .contains("http://localhost:4318/v1/traces");
        assertThat(home).doesNotExist();
    }

    @Test
    void aServerThatOthersReachDoesNotStartWithoutAKey() {
        KappaProcess process = KappaProcess.start(TestHomes.fresh(), "--server.address=0.0.0.0");
        assertThat(process.awaitExit()).isEqualTo(1);
        String[] lines = process.output().strip().split("\n");
        assertThat(lines[lines.length - 1])
                .contains("server.address '0.0.0.0' can be reached from other machines")
                .contains("keys create")
                .contains("KAPPA_ACCESS_BOOTSTRAP_KEY")
                .contains("kappa.access.open=true");
    }

    private static String refusal(KappaProcess process) {
        assertThat(process.awaitExit()).isEqualTo(1);
        String[] lines = process.output().strip().split("\n");
        assertThat(lines).as(process.output()).hasSize(1);
        return lines[0];
    }
}
