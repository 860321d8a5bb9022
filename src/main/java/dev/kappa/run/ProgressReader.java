package dev.kappa.run;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Sums the progress of blocks to that of their runs. What is left is estimated from the time that was spent on
 * blocks, so that no time counts in which nothing was measured, such as between two servers.
 */
@Component
class ProgressReader {
    private static final double LEAST_FOR_AN_ESTIMATE = 0.01;

    private final JdbcClient jdbc;
    private final Order order;

    ProgressReader(JdbcClient jdbc, Order order) {
        this.jdbc = jdbc;
        this.order = order;
    }

    /** By the runs' ids. */
    Map<String, Progress> of(List<Run> runs) {
        return ofIds(runs.stream().map(Run::id).toList());
    }

    Progress of(String run) {
        return ofIds(List.of(run)).get(run);
    }

    private Map<String, Progress> ofIds(List<String> runs) {
        Map<String, Progress> found = new HashMap<>();
        if (!runs.isEmpty()) {
            jdbc.sql(
                            """
                            select block.run_id, count(*) filter (where block.state = 'DONE') as done, count(*) as total,
                                sum(block.progress) / count(*) as fraction,
                                sum(extract(epoch from case block.state when 'DONE' then block.finished_at
                                    when 'RUNNING' then clock_timestamp() end - block.started_at)) as seconds,
                                count(*) filter (where block.state = 'RUNNING') as running,
                                min(run.state) as state
                            from block join run on run.id = block.run_id
                            where block.run_id in (:runs) group by block.run_id""")
                    .param("runs", runs)
                    .query(row -> {
                        found.put(row.getString("run_id"), progress(row));
                    });
        }
        return found;
    }

    /** How many queued runs go before a queued run. */
    long ahead(Run run) {
        return jdbc.sql("select count(*) from run where state = 'QUEUED' and (" + Order.SQL + ", id)"
                        + " < (select " + Order.SQL + ", id from run where id = :id)")
                .param("step", order.stepSeconds())
                .param("id", run.id())
                .query(Long.class)
                .single();
    }

    private static Progress progress(ResultSet row) throws SQLException {
        double fraction = row.getDouble("fraction");
        double secondsOfABlock = row.getDouble("seconds") / (fraction * row.getInt("total"));
        double blocksLeft = (1 - fraction) * row.getInt("total");
        boolean known = row.getString("state").equals("RUNNING") && fraction >= LEAST_FOR_AN_ESTIMATE;
        return new Progress(
                row.getInt("done"),
                row.getInt("total"),
                fraction,
                known
                        ? Optional.of(secondsOfABlock * blocksLeft / Math.max(1, row.getInt("running")))
                        : Optional.empty());
    }
}
