package dev.kappa.run;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * The events of runs, in the database. The number of an event is taken under the lock of the run's row, so that
 * whoever sees one has seen all before it. What changes a state writes its event in the same transaction.
 */
@Service
public class EventLog {
    /** How far a run's events have come. */
    public record Head(long seq, RunState state) {}

    private record Partly(int blocksDone, int blocksTotal) {}

    private final JdbcClient jdbc;
    private final ProgressReader progress;

    EventLog(JdbcClient jdbc, ProgressReader progress) {
        this.jdbc = jdbc;
        this.progress = progress;
    }

    @EventListener
    void changed(RunChanged change) {
        state(change.run());
        if (change.to().isTerminal()) {
            append(change.run(), RunEvent.END, List.of(Map.of("state", change.to())));
        }
    }

    /** The state as it now is, with its reason. */
    void state(String run) {
        Map<String, Object> data = jdbc.sql("select state, state_reason, code, detail from run where id = :run")
                .param("run", run)
                .query((row, number) -> {
                    Map<String, Object> found = new LinkedHashMap<>();
                    for (String column : List.of("state", "state_reason", "code", "detail")) {
                        if (row.getString(column) != null) {
                            found.put(column, row.getString(column));
                        }
                    }
                    return found;
                })
                .single();
        append(run, "state", List.of(data));
    }

    void progress(String run) {
        append(run, "progress", List.of(progress.of(run)));
    }

    void metrics(String run, List<?> metrics) {
        append(run, "metric", metrics);
    }

    /** Partial findings of so many blocks can be read. */
    void partial(String run, int blocks, int of) {
        append(run, "partial", List.of(new Partly(blocks, of)));
    }

    void log(String run, int block, String message) {
        append(run, "log", List.of(Map.of("block", block, "message", message)));
    }

    private void append(String run, String type, List<?> data) {
        if (data.isEmpty()) {
            return;
        }
        jdbc.sql(
                        """
                        with head as (update run set event_seq = event_seq + :count where id = :run returning event_seq)
                        insert into run_event (run_id, seq, type, data)
                        select :run, head.event_seq - :count + item.place, :type, item.data
                        from head, unnest(cast(:data as text[])) with ordinality as item (data, place)""")
                .param("count", data.size())
                .param("run", run)
                .param("type", type)
                .param("data", data.stream().map(Json::write).toArray(String[]::new))
                .update();
    }

    /** Events with greater numbers, in their order. */
    public List<RunEvent> after(String run, long seq, int most) {
        return jdbc.sql("select seq, type, data from run_event where run_id = :run and seq > :seq order by seq limit :most")
                .param("run", run)
                .param("seq", seq)
                .param("most", most)
                .query((row, number) -> new RunEvent(row.getLong(1), row.getString(2), row.getString(3)))
                .list();
    }

    /** Of those runs that are there. */
    public Map<String, Head> heads(Collection<String> runs) {
        Map<String, Head> heads = new HashMap<>();
        jdbc.sql("select id, event_seq, state from run where id in (:runs)")
                .param("runs", runs)
                .query(row -> {
                    heads.put(row.getString(1), new Head(row.getLong(2), RunState.valueOf(row.getString(3))));
                });
        return heads;
    }
}
