package dev.kappa.run;

import java.util.ArrayList;
import java.util.List;

/** The last events of a run that is followed, read once for all who follow it. */
public final class RecentEvents {
    private static final int KEPT = 1_000;

    private final EventLog log;
    private final String run;
    private List<RunEvent> last = List.of();

    RecentEvents(EventLog log, String run) {
        this.log = log;
        this.run = run;
    }

    /** Events after {@code seq}, of which there are some up to {@code head}; not always all of them. */
    public List<RunEvent> after(long seq, long head) {
        List<RunEvent> known = upTo(seq, head);
        if (known.isEmpty() || known.get(0).seq() > seq + 1) {
            return log.after(run, seq, KEPT);
        }
        return known.subList((int) (seq + 1 - known.get(0).seq()), known.size());
    }

    private synchronized List<RunEvent> upTo(long seq, long head) {
        long end = last.isEmpty() ? seq : last.get(last.size() - 1).seq();
        if (end < head) {
            List<RunEvent> more = new ArrayList<>(last);
            more.addAll(log.after(run, end, KEPT));
            last = List.copyOf(more.subList(Math.max(0, more.size() - KEPT), more.size()));
        }
        return last;
    }
}
