package dev.kappa.run;

import dev.kappa.home.Role;
import dev.kappa.run.Queue.Waiting;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/** Reads who waits, in one snapshot. */
@Service
public class QueueReader {
    private static final int SHOWN = 100;

    private final JdbcClient jdbc;
    private final Order order;
    private final int lanes;

    QueueReader(JdbcClient jdbc, Order order, EngineSettings settings, @Value("${kappa.devices:cpu}") List<String> devices,
            @Value("${kappa.role:all}") Role role) {
        this.jdbc = jdbc;
        this.order = order;
        this.lanes = role == Role.API ? 0 : settings.lanes(devices.size());
    }

    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public Queue read() {
        record Counts(long depth, long active, Double oldest) {}
        Counts counts = jdbc.sql(
                        """
                        select count(*) filter (where state = 'QUEUED'), count(*) filter (where state <> 'QUEUED'),
                            extract(epoch from clock_timestamp() - min(created_at) filter (where state = 'QUEUED'))::double precision
                        from run where state in ('QUEUED', 'LOADING', 'RUNNING', 'CONCLUDING', 'CANCELLING')""")
                .query((row, number) -> new Counts(row.getLong(1), row.getLong(2), row.getObject(3, Double.class)))
                .single();
        List<Waiting> first = jdbc.sql(
                        """
                        select id, experiment, priority, created_at,
                            extract(epoch from clock_timestamp() - created_at) as seconds
                        from run where state = 'QUEUED' order by %s, id limit :shown"""
                                .formatted(Order.SQL))
                .param("step", order.stepSeconds())
                .param("shown", SHOWN)
                .query((row, number) -> new Waiting(
                        row.getString("id"),
                        row.getString("experiment"),
                        row.getInt("priority"),
                        number,
                        row.getTimestamp("created_at").toInstant(),
                        row.getDouble("seconds")))
                .list();
        return new Queue(counts.depth(), counts.active(), lanes, Optional.ofNullable(counts.oldest()), first);
    }
}
