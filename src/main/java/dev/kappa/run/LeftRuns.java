package dev.kappa.run;

import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/**
 * Runs that this server leaves to others, because it does not know their kind, its devices are too small or what they
 * read cannot be brought here: for a while the engine takes none of their tasks here. The tasks keep their place in the queue, where a server that can
 * do them finds them at once, and what comes after them is not held up here.
 */
@Component
class LeftRuns extends PostgreSqlJdbcCustomization {
    /** Then one task is tried again: a look a minute costs nothing, and no list has to be kept tidy. */
    private static final Duration FOR = Duration.ofMinutes(1);

    private final Map<String, Long> left = new ConcurrentHashMap<>();

    LeftRuns() {
        super(true, false);
    }

    /** Its tasks are due again at once, for others. */
    Duration leave(Run run) {
        left.put(run.id(), System.nanoTime());
        return Duration.ZERO;
    }

    /** Otherwise one statement selects and another picks, so that the first can be added to. */
    @Override
    public boolean supportsSingleStatementLockAndFetch() {
        return left.isEmpty();
    }

    @Override
    public String createGenericSelectForUpdateQuery(String table, int limit, String condition, boolean byPriority) {
        left.values().removeIf(since -> System.nanoTime() - since > FOR.toNanos());
        return super.createGenericSelectForUpdateQuery(table, limit, condition + notLeft(), byPriority);
    }

    /** A task is named by its run, and a block's by its index also; ids of runs are letters and digits. */
    private String notLeft() {
        return left.isEmpty()
                ? ""
                : left.keySet().stream()
                        .collect(Collectors.joining("', '", " and split_part(task_instance, '/', 1) not in ('", "')"));
    }
}
