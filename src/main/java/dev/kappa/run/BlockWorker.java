package dev.kappa.run;

import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Block;
import dev.kappa.experiment.Needs;
import dev.kappa.experiment.Tally;
import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import dev.kappa.residency.Lease;
import dev.kappa.residency.Residency;
import dev.kappa.run.BlockClaims.Claim;
import dev.kappa.run.RunStates.Cause;
import dev.kappa.run.Tasks.BlockId;
import dev.kappa.run.Watchdog.Watch;
import dev.kappa.store.StoredTally;
import dev.kappa.store.TallyStore;
import dev.kappa.tensor.Devices;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Measures one block: claim, lease, measure, store the tally, close the block. Transactions are short and
 * none is open while the device works.
 */
@Component
class BlockWorker {
    private static final Logger LOG = LoggerFactory.getLogger(BlockWorker.class);
    private static final Duration UNTIL_DEVICE_IS_FREE = Duration.ofSeconds(1);
    private static final Duration UNTIL_ANOTHER_SERVER_TAKES_IT = Duration.ofSeconds(5);

    private final Experiments experiments;
    private final BlockClaims claims;
    private final RunRows runs;
    private final RunItems items;
    private final Residency residency;
    private final TallyStore tallies;
    private final PartialConcluder partial;
    private final Drain drain;
    private final Watchdog watchdog;
    private final Fitness fitness;
    private final EngineSettings settings;
    private final RunMeters meters;

    BlockWorker(
            Experiments experiments,
            BlockClaims claims,
            RunRows runs,
            RunItems items,
            Residency residency,
            TallyStore tallies,
            PartialConcluder partial,
            Drain drain,
            Watchdog watchdog,
            Fitness fitness,
            EngineSettings settings,
            RunMeters meters) {
        this.experiments = experiments;
        this.claims = claims;
        this.runs = runs;
        this.items = items;
        this.residency = residency;
        this.tallies = tallies;
        this.partial = partial;
        this.drain = drain;
        this.watchdog = watchdog;
        this.fitness = fitness;
        this.settings = settings;
        this.meters = meters;
    }

    /** Works on a block; says after how long it is to be worked on again, if it is. */
    Optional<Duration> work(BlockId id) {
        if (drain.isDraining()) {
            return Optional.of(Duration.ZERO);
        }
        Optional<Kind<?>> kind = runs.find(id.run()).flatMap(run -> experiments.find(run.experiment()));
        if (kind.isEmpty()) {
            // A newer server's: left for one that knows it.
            return runs.find(id.run()).map(run -> UNTIL_ANOTHER_SERVER_TAKES_IT);
        }
        return claims.claim(id).flatMap(claim -> attempt(claim, kind.get()));
    }

    private Optional<Duration> attempt(Claim claim, Kind<?> kind) {
        try (Watch watch = watchdog.watch(claim)) {
            Needs needs = kind.needs(claim.run());
            try (Lease lease = residency.lease(needs, claim.run().activationBytes())) {
                watch.alive();
                return measure(claim, kind, needs, lease, watch);
            }
        } catch (Bench.Cancelled e) {
            return handBack(claim, Duration.ZERO);
        } catch (Throwable e) {
            return failed(claim, e);
        }
    }

    private Optional<Duration> measure(Claim claim, Kind<?> kind, Needs needs, Lease lease, Watch watch) {
        if (!claims.loaded(claim, Devices.name(lease.device()))) {
            return handBack(claim, Duration.ZERO);
        }
        Run run = claim.run();
        Bench bench = new RunBench(
                lease,
                () -> items.sequences(run, needs, claim.index()),
                () -> items.pairs(run, needs, claim.index()),
                () -> previous(claim),
                new Reporter(claims, claim, drain, watch, settings));
        Tally tally = kind.measure(run, new Block(claim.index(), run.blocks(), run.seed()), bench);
        StoredTally stored = tallies.write(run.id(), claim.index(), tally);
        Patience.with(settings.databasePatience(), () -> {
            claims.close(claim, stored);
            return true;
        });
        partial.blockDone(run.id());
        meters.block(run.experiment(), "done");
        return Optional.empty();
    }

    private Optional<Tally> previous(Claim claim) {
        if (!claim.run().sequential() || claim.index() == 0) {
            return Optional.empty();
        }
        String hash = runs.blocks(claim.run().id())
                .get(claim.index() - 1)
                .tallyHash()
                .orElseThrow();
        return Optional.of(tallies.read(claim.run().id(), claim.index() - 1, hash));
    }

    private Optional<Duration> handBack(Claim claim, Duration delay) {
        boolean again = Patience.with(settings.databasePatience(), () -> claims.handBack(claim));
        meters.block(claim.run().experiment(), again ? "handed_back" : "discarded");
        return again ? Optional.of(delay) : Optional.empty();
    }

    private Optional<Duration> failed(Claim claim, Throwable thrown) {
        if (thrown instanceof Fault fault && fault.code().equals("device_full")) {
            return handBack(claim, UNTIL_DEVICE_IS_FREE);
        }
        if (Patience.isDatabaseAway(thrown)) {
            LOG.warn("{} is handed back: {}", claim, thrown.getMessage());
            return handBack(claim, Duration.ZERO);
        }
        Cause cause = Causes.of(thrown);
        if (cause.reason() == StateReason.DEVICE_LOST) {
            LOG.error("{} has lost its device", claim, thrown);
            fitness.lost(cause.detail());
            boolean again = Patience.with(settings.databasePatience(), () -> claims.loseDevice(claim, cause));
            meters.block(claim.run().experiment(), again ? "handed_back" : "failed");
            return again ? Optional.of(Duration.ZERO) : Optional.empty();
        }
        if (thrown instanceof Fault fault && fault.category() == Category.USER) {
            LOG.info("{} cannot be measured: {}", claim, cause.detail());
            Patience.with(settings.databasePatience(), () -> {
                claims.fail(claim, cause);
                return true;
            });
            meters.block(claim.run().experiment(), "failed");
            return Optional.empty();
        }
        LOG.warn("{} failed", claim, thrown);
        int failures = Patience.with(settings.databasePatience(), () -> claims.charge(claim, cause));
        boolean again = failures > 0 && failures < settings.attempts();
        meters.block(claim.run().experiment(), again ? "retried" : "failed");
        return again
                ? Optional.of(settings.retryDelay().multipliedBy(1L << (failures - 1)))
                : Optional.empty();
    }
}
