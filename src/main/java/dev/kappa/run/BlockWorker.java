package dev.kappa.run;

import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Block;
import dev.kappa.experiment.Needs;
import dev.kappa.experiment.Tally;
import dev.kappa.residency.Lease;
import dev.kappa.residency.Residency;
import dev.kappa.run.BlockClaims.Claim;
import dev.kappa.run.Tasks.BlockId;
import dev.kappa.run.Watchdog.Watch;
import dev.kappa.store.StoredTally;
import dev.kappa.store.TallyStore;
import dev.kappa.tensor.Devices;
import java.time.Duration;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Measures one block: claim, lease, measure, store the tally, close the block. Transactions are short and
 * none is open while the device works.
 */
@Component
class BlockWorker {
    private final Experiments experiments;
    private final BlockClaims claims;
    private final RunRows runs;
    private final RunItems items;
    private final Residency residency;
    private final TallyStore tallies;
    private final PartialConcluder partial;
    private final Drain drain;
    private final Watchdog watchdog;
    private final BlockFailures failures;
    private final LeftRuns left;
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
            BlockFailures failures,
            LeftRuns left,
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
        this.failures = failures;
        this.left = left;
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
            return runs.find(id.run()).map(left::leave);
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
            return failures.handBack(claim, Duration.ZERO);
        } catch (Throwable e) {
            return failures.after(claim, e);
        }
    }

    private Optional<Duration> measure(Claim claim, Kind<?> kind, Needs needs, Lease lease, Watch watch) {
        if (!claims.loaded(claim, Devices.name(lease.device()))) {
            return failures.handBack(claim, Duration.ZERO);
        }
        Run run = claim.run();
        Bench bench = new RunBench(
                lease,
                () -> items.sequences(run, needs, claim.index()),
                () -> items.pairs(run, needs, claim.index()),
                () -> items.pairSelection(needs),
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
}
