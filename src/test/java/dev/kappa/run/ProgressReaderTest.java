package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.testing.KappaServer;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class ProgressReaderTest {
    private final KappaServer server = KappaServer.shared();
    private final JdbcClient jdbc = server.bean(JdbcClient.class);
    private final ProgressReader progress = server.bean(ProgressReader.class);

    @Test
    void hoursInWhichNoServerRanDoNotCountAsPace() {
        String run = new Rows(jdbc).run(RunState.RUNNING, 10);
        jdbc.sql("update run set started_at = clock_timestamp() - interval '8 hours' where id = :run")
                .param("run", run)
                .update();
        jdbc.sql("""
                        update block set state = 'DONE', progress = 1, started_at = clock_timestamp() - interval '8 hours',
                            finished_at = clock_timestamp() - interval '8 hours' + interval '100 seconds'
                        where run_id = :run and index < 4""")
                .param("run", run)
                .update();
        assertThat(progress.of(run).etaSeconds().orElseThrow()).isEqualTo(600, within(1e-2));
    }

    @Test
    void blocksThatAreMeasuredAtOnceShareWhatIsLeft() {
        String run = new Rows(jdbc).run(RunState.RUNNING, 10);
        jdbc.sql("""
                        update block set state = 'DONE', progress = 1, started_at = created.at,
                            finished_at = created.at + interval '100 seconds'
                        from (select clock_timestamp() as at) created where run_id = :run and index < 4""")
                .param("run", run)
                .update();
        jdbc.sql("update block set state = 'RUNNING', progress = 0, started_at = clock_timestamp()"
                        + " where run_id = :run and index in (4, 5)")
                .param("run", run)
                .update();
        assertThat(progress.of(run).etaSeconds().orElseThrow()).isBetween(300.0, 400.0);
    }
}
