package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.testing.KappaServer;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class ReconciliationTest {
    private final KappaServer server = KappaServer.shared();
    private final Rows rows = new Rows(server.bean(JdbcClient.class));
    private final Reconciliation reconciliation = server.bean(Reconciliation.class);

    @Test
    void everyRunThatHasNotEndedIsOwnedByTasksAfterwards() {
        String queued = rows.run(RunState.QUEUED, 2);
        String concluding = rows.run(RunState.CONCLUDING, 1);
        String ended = rows.run(RunState.FAILED, 1);
        reconciliation.run();
        reconciliation.run();
        assertThat(rows.tasks("block", queued + "/0")).isEqualTo(1);
        assertThat(rows.tasks("block", queued + "/1")).isEqualTo(1);
        assertThat(rows.tasks("conclude", concluding)).isEqualTo(1);
        assertThat(rows.tasks("block", ended + "/0")).isZero();
    }
}
