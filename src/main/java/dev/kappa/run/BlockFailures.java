package dev.kappa.run;

import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import dev.kappa.run.BlockClaims.Claim;
import dev.kappa.run.RunStates.Cause;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * What becomes of a block whose attempt did not end it. Only what the block itself may have to do with is counted
 * against it; each method says after how long it is to be worked on again, if it is.
 */
@Component
class BlockFailures {
    private static final Logger LOG = LoggerFactory.getLogger(BlockFailures.class);
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    private final BlockClaims claims;
    private final Fitness fitness;
    private final Recovery recovery;
    private final LeftRuns left;
    private final EngineSettings settings;
    private final RunMeters meters;

    BlockFailures(
            BlockClaims claims,
            Fitness fitness,
            Recovery recovery,
            LeftRuns left,
            EngineSettings settings,
            RunMeters meters) {
        this.claims = claims;
        this.fitness = fitness;
        this.recovery = recovery;
        this.left = left;
        this.settings = settings;
        this.meters = meters;
    }

    /** Gives a block back that has nothing to do with the reason. */
    Optional<Duration> handBack(Claim claim, Duration delay) {
        return handBack(claim, delay, null);
    }

    private Optional<Duration> handBack(Claim claim, Duration delay, String why) {
        boolean again = Patience.with(settings.databasePatience(), () -> claims.handBack(claim, why));
        meters.block(claim.run().experiment(), again ? "handed_back" : "discarded");
        return again ? Optional.of(delay) : Optional.empty();
    }

    Optional<Duration> after(Claim claim, Throwable thrown) {
        String code = thrown instanceof Fault fault ? fault.code() : "";
        if (code.equals("device_full")) {
            return handBack(claim, A_MOMENT);
        }
        if (code.equals("being_fetched")) {
            return handBack(claim, A_MOMENT, thrown.getMessage());
        }
        if (code.equals("too_large_for_device") && !recovery.isAlone()) {
            return leave(claim, "servers with larger devices", thrown);
        }
        if (code.equals("fetch_failed") && !recovery.isAlone()) {
            return leave(claim, "servers that have its files", thrown);
        }
        if (Patience.isDatabaseAway(thrown)) {
            LOG.warn("{} is handed back: {}", claim, thrown.getMessage());
            return handBack(claim, Duration.ZERO);
        }
        Cause cause = Causes.of(thrown);
        if (cause.reason() == StateReason.DEVICE_LOST) {
            return loseDevice(claim, cause, thrown);
        }
        return thrown instanceof Fault fault && fault.category() == Category.USER
                ? fail(claim, cause)
                : charge(claim, cause, thrown);
    }

    private Optional<Duration> leave(Claim claim, String whom, Throwable thrown) {
        String why = "left to " + whom + ": " + thrown.getMessage();
        LOG.warn("{} is {}", claim, why);
        return handBack(claim, left.leave(claim.run()), why);
    }

    private Optional<Duration> loseDevice(Claim claim, Cause cause, Throwable thrown) {
        LOG.error("{} has lost its device", claim, thrown);
        fitness.lost(cause.detail());
        boolean again = Patience.with(settings.databasePatience(), () -> claims.loseDevice(claim, cause));
        meters.block(claim.run().experiment(), again ? "handed_back" : "failed");
        return again ? Optional.of(Duration.ZERO) : Optional.empty();
    }

    private Optional<Duration> fail(Claim claim, Cause cause) {
        LOG.info("{} cannot be measured: {}", claim, cause.detail());
        Patience.with(settings.databasePatience(), () -> {
            claims.fail(claim, cause);
            return true;
        });
        meters.block(claim.run().experiment(), "failed");
        return Optional.empty();
    }

    private Optional<Duration> charge(Claim claim, Cause cause, Throwable thrown) {
        LOG.warn("{} failed", claim, thrown);
        int failures = Patience.with(settings.databasePatience(), () -> claims.charge(claim, cause));
        boolean again = failures > 0 && failures < settings.attempts();
        meters.block(claim.run().experiment(), again ? "retried" : "failed");
        return again
                ? Optional.of(settings.retryDelay().multipliedBy(1L << (failures - 1)))
                : Optional.empty();
    }
}
