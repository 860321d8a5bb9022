package dev.kappa.run;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** How fast runs of a kind were measured here: the median over the blocks of the last ones. */
@Component
class Pace {
    private final JdbcClient jdbc;

    Pace(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Seconds for so many operations; empty where no run of this kind has been measured. */
    Optional<Double> seconds(String experiment, double flops) {
        return jdbc.sql(
                        """
                        with last as (select id, flops / blocks as flops from run
                            where experiment = :experiment and state = 'SUCCEEDED' and origin in ('SUBMITTED', 'VERIFICATION') and flops > 0
                            order by id desc limit 20)
                        select percentile_cont(0.5) within group
                            (order by last.flops / extract(epoch from block.finished_at - block.started_at))
                        from block join last on last.id = block.run_id where block.finished_at > block.started_at""")
                .param("experiment", experiment)
                .query((row, number) -> Optional.ofNullable(row.getObject(1, Double.class)))
                .single()
                .map(perSecond -> flops / perSecond);
    }
}
