package dev.kappa.run;

import dev.kappa.catalog.Catalog;
import dev.kappa.experiment.Plan;
import dev.kappa.fault.Fault;
import dev.kappa.limits.Limits;
import dev.kappa.residency.Residency;
import dev.kappa.residency.Residency.Part;
import dev.kappa.run.Kind.Accepted;
import jakarta.validation.Validator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;

/** Admission: everything that can be known to be wrong is said before a row is written. */
@Service
public class Submissions {
    private static final Logger LOG = LoggerFactory.getLogger(Runs.class);

    private final Experiments experiments;
    private final ParameterReader reader;
    private final Catalog catalog;
    private final Residency residency;
    private final RunRows runs;
    private final Tasks tasks;
    private final Pace pace;
    private final Idempotency idempotency;
    private final Limits limits;

    Submissions(
            Experiments experiments,
            Validator validator,
            Catalog catalog,
            Residency residency,
            RunRows runs,
            Tasks tasks,
            Pace pace,
            Idempotency idempotency,
            Limits limits) {
        this.experiments = experiments;
        this.reader = new ParameterReader(validator);
        this.catalog = catalog;
        this.residency = residency;
        this.runs = runs;
        this.tasks = tasks;
        this.pace = pace;
        this.idempotency = idempotency;
        this.limits = limits;
    }

    private record Admitted(Submission submission, Accepted accepted, int blocks) {}

    /**
     * A run that was asked for.
     *
     * @param replayed true where an earlier request with the same key had made it
     */
    public record Submitted(Run run, boolean replayed) {}

    /** Accepts a request as a queued run, or rejects it with the reasons. */
    public Run submit(JsonNode body) {
        Admitted admitted = admit(body);
        Run run = create(admitted);
        tasks.wake();
        return run;
    }

    /** The same, but once for a key: what made a run before is not admitted again, and gives that run. */
    public Submitted submit(JsonNode body, String key) {
        Optional<Run> before = idempotency.find(key, body);
        if (before.isPresent()) {
            return new Submitted(before.get(), true);
        }
        Admitted admitted = admit(body);
        Idempotency.Outcome outcome = idempotency.once(key, body, () -> create(admitted));
        tasks.wake();
        return new Submitted(outcome.run(), outcome.replayed());
    }

    private Run create(Admitted admitted) {
        return create(admitted, catalog.provenance(admitted.accepted().needs()), Optional.empty());
    }

    private Run create(Admitted admitted, Map<String, String> provenance, Optional<Run> verified) {
        Run run = runs.create(admitted.submission(), admitted.accepted(), admitted.blocks(), provenance, verified);
        LOG.info("Run {} ({}) accepted as {} blocks", run.id(), run.experiment(), run.blocks());
        return run;
    }

    /** Queues a run again: with everything that decides its digits, and reading what it has read. */
    Run again(Run verified) {
        Admitted admitted = admit(new Submission(
                verified.experiment(),
                Json.parse(verified.parameters()),
                verified.seed(),
                verified.blocks(),
                verified.priority(),
                null,
                Map.of()));
        Map<String, String> provenance = catalog.provenance(admitted.accepted().needs());
        requireSame(verified, provenance);
        Run run = create(admitted, provenance, Optional.of(verified));
        tasks.wake();
        return run;
    }

    private static void requireSame(Run verified, Map<String, String> now) {
        JsonNode then = Json.parse(verified.provenance());
        now.forEach((name, hash) -> {
            String before = then.path(name).asString("nothing");
            if (!before.equals(hash)) {
                throw new Conflict(
                        "inputs_changed",
                        "run '" + verified.id() + "' read " + before + " as " + name + ", which is now " + hash
                                + "; only the same can be measured again");
            }
        });
    }

    /** What a request would cost, or the reasons for which it would be rejected. */
    public RunPlan plan(JsonNode body) {
        Admitted admitted = admit(body);
        Accepted accepted = admitted.accepted();
        Plan plan = accepted.plan();
        List<Part> parts = residency.parts(accepted.needs(), plan.activationBytes());
        long weights = parts.stream().mapToLong(Part::bytes).sum();
        return new RunPlan(
                admitted.submission().experiment(),
                Json.parse(accepted.parameters()),
                admitted.blocks(),
                plan.sequential(),
                weights,
                plan.activationBytes(),
                weights + plan.activationBytes(),
                plan.flops(),
                pace.seconds(admitted.submission().experiment(), plan.flops()),
                parts,
                parts.stream().filter(part -> !part.loaded()).mapToLong(Part::bytes).sum());
    }

    private Admitted admit(JsonNode body) {
        Submission submission = reader.read(body, Submission.class, "");
        Labels.requireFew(submission.labels(), limits.labels());
        return admit(submission);
    }

    private Admitted admit(Submission submission) {
        Kind<?> kind = experiments.require(submission.experiment());
        Accepted accepted = kind.accept(submission.parameters(), catalog);
        try {
            residency.requireFits(accepted.needs(), accepted.plan().activationBytes());
        } catch (Fault fault) {
            throw kind.reject(fault, submission.parameters());
        }
        return new Admitted(submission, accepted, blocks(submission, accepted));
    }

    private static int blocks(Submission submission, Accepted accepted) {
        int items = accepted.shapes().items();
        int most = accepted.needs().corpus().isPresent() ? Math.min(items, Submission.MOST_BLOCKS) : Submission.MOST_BLOCKS;
        if (submission.blocks() != null && submission.blocks() > most) {
            throw new Rejection(
                    "/blocks",
                    "too_many_blocks",
                    "'" + submission.blocks() + "' blocks are more than the " + items + " items of the run");
        }
        int least = accepted.plan().leastBlocks();
        if (submission.blocks() != null && submission.blocks() < least) {
            throw new Rejection(
                    "/blocks",
                    "too_few_blocks",
                    "'" + submission.blocks() + "' blocks are too few for intervals; accepted: at least " + least);
        }
        return Optional.ofNullable(submission.blocks()).orElse(Math.min(accepted.plan().blocks(), most));
    }
}
