package dev.kappa.run;

import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Tally;
import dev.kappa.store.TallyStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * Says what the tallies of a run mean before all are in. It works on a thread of its own, so that no block waits
 * for it, and rests several times as long as it worked. Whatever goes wrong here is not the run's affair.
 */
@Component
class PartialConcluder implements DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(PartialConcluder.class);
    private static final int REST = 6;

    /** Of the heap: the tallies are beside whatever the blocks keep there. */
    private static final long MOST_BYTES = Runtime.getRuntime().maxMemory() / 8;

    private final Experiments experiments;
    private final RunRows runs;
    private final PartialRows partials;
    private final TallyStore tallies;
    private final EngineSettings settings;
    private final Set<String> expected = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread made = new Thread(work, "partial-findings");
        made.setDaemon(true);
        return made;
    });

    PartialConcluder(
            Experiments experiments, RunRows runs, PartialRows partials, TallyStore tallies, EngineSettings settings) {
        this.experiments = experiments;
        this.runs = runs;
        this.partials = partials;
        this.tallies = tallies;
        this.settings = settings;
    }

    /** A block of a run is done: its findings so far are drawn up when that is due. */
    void blockDone(String run) {
        expect(run, Duration.ZERO);
    }

    private void expect(String run, Duration delay) {
        if (expected.add(run)) {
            try {
                thread.schedule(() -> conclude(run), delay.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("Run {} has no partial findings: the server ends", run);
            }
        }
    }

    private void conclude(String id) {
        expected.remove(id);
        try {
            runs.find(id)
                    .filter(run -> run.state() == RunState.RUNNING)
                    .ifPresent(run -> experiments.find(run.experiment()).ifPresent(kind -> conclude(run, kind)));
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.debug("Run {} has no partial findings", id, e);
        }
    }

    private void conclude(Run run, Kind<?> kind) {
        List<BlockInfo> done = runs.blocks(run.id()).stream()
                .filter(block -> block.state() == BlockState.DONE)
                .toList();
        long bytes = done.stream().mapToLong(block -> block.tallyBytes().orElse(0L)).sum();
        boolean news = done.size() > partials.blocks(run.id());
        if (!news || done.size() < kind.leastBlocks(run) || bytes > MOST_BYTES) {
            return;
        }
        if (!partials.claim(run.id())) {
            expect(run.id(), partials.untilDue(run.id()));
            return;
        }
        long start = System.nanoTime();
        try {
            Findings findings = kind.conclude(run, tallies(run, done));
            partials.write(run.id(), done.size(), run.blocks(), findings);
        } finally {
            Duration work = Duration.ofNanos(System.nanoTime() - start).multipliedBy(REST);
            Duration least = settings.partialInterval();
            partials.release(run.id(), work.compareTo(least) > 0 ? work : least);
        }
    }

    private List<Tally> tallies(Run run, List<BlockInfo> done) {
        return done.stream()
                .map(block -> tallies.read(run.id(), block.index(), block.tallyHash().orElseThrow()))
                .toList();
    }

    /** Waits for what is being concluded, which may be inside a native library. */
    @Override
    public void destroy() throws InterruptedException {
        thread.shutdownNow();
        if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
            LOG.debug("Partial findings are still being drawn up");
        }
    }
}
