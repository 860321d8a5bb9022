package dev.kappa.run;

import dev.kappa.catalog.Catalog;
import dev.kappa.corpus.Pair;
import dev.kappa.corpus.PairSelection;
import dev.kappa.corpus.Sequence;
import dev.kappa.experiment.Needs;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * The items of runs in their seeded order, cut into blocks. The lists of the runs last worked on stay in
 * memory, so that a run's blocks read its corpus once.
 */
@Component
class RunItems {
    private static final long MOST_TOKENS = 50_000_000;

    private record Held(List<?> items, long tokens) {}

    private final Catalog catalog;
    private final Map<String, Held> held = new LinkedHashMap<>(16, 0.75f, true);

    RunItems(Catalog catalog) {
        this.catalog = catalog;
    }

    /** Block {@code index} of the run's sequences. */
    @SuppressWarnings("unchecked")
    synchronized List<Sequence> sequences(Run run, Needs needs, int index) {
        List<Sequence> all = (List<Sequence>) hold(run.id() + "/sequences", () -> {
            List<Sequence> items = catalog.sequences(needs, run.seed());
            return new Held(items, items.stream().mapToLong(item -> item.tokens().length).sum());
        });
        return part(all, index, run.blocks());
    }

    /** Block {@code index} of the run's pairs. */
    @SuppressWarnings("unchecked")
    synchronized List<Pair> pairs(Run run, Needs needs, int index) {
        List<Pair> all = (List<Pair>) hold(run.id() + "/pairs", () -> {
            List<Pair> items = catalog.pairs(needs, run.seed());
            return new Held(items, items.stream().mapToLong(item -> 2L * item.clean().length).sum());
        });
        return part(all, index, run.blocks());
    }

    /** How the pairs of the run's corpus were sorted out. */
    PairSelection pairSelection(Needs needs) {
        return catalog.pairSelection(needs);
    }

    /** Nearly equal parts in order: sizes differ by at most one. */
    static <T> List<T> part(List<T> all, int index, int of) {
        return List.copyOf(all.subList(
                (int) ((long) all.size() * index / of), (int) ((long) all.size() * (index + 1) / of)));
    }

    private List<?> hold(String key, java.util.function.Supplier<Held> read) {
        Held found = held.get(key);
        if (found == null) {
            found = read.get();
            held.put(key, found);
            forgetOldest();
        }
        return found.items();
    }

    private void forgetOldest() {
        long tokens = held.values().stream().mapToLong(Held::tokens).sum();
        Iterator<Held> oldestFirst = new ArrayList<>(held.values()).iterator();
        List<Held> gone = new ArrayList<>();
        while (tokens > MOST_TOKENS && gone.size() < held.size() - 1) {
            Held oldest = oldestFirst.next();
            tokens -= oldest.tokens();
            gone.add(oldest);
        }
        held.values().removeAll(gone);
    }
}
