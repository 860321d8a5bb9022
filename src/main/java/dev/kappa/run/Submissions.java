package dev.kappa.run;

import dev.kappa.catalog.Catalog;
import dev.kappa.fault.Fault;
import dev.kappa.residency.Residency;
import dev.kappa.run.Kind.Accepted;
import jakarta.validation.Validator;
import java.util.Optional;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;

/** Admission: everything that can be known to be wrong is said before a row is written. */
@Service
public class Submissions {
    private final Experiments experiments;
    private final ParameterReader reader;
    private final Catalog catalog;
    private final Residency residency;
    private final RunRows runs;
    private final Tasks tasks;

    Submissions(
            Experiments experiments,
            Validator validator,
            Catalog catalog,
            Residency residency,
            RunRows runs,
            Tasks tasks) {
        this.experiments = experiments;
        this.reader = new ParameterReader(validator);
        this.catalog = catalog;
        this.residency = residency;
        this.runs = runs;
        this.tasks = tasks;
    }

    /** Accepts a request as a queued run, or rejects it with the reasons. */
    public Run submit(JsonNode body) {
        Submission submission = reader.read(body, Submission.class, "");
        Kind<?> kind = experiments.require(submission.experiment());
        Accepted accepted = kind.accept(submission.parameters(), catalog);
        try {
            residency.requireFits(accepted.needs(), accepted.plan().activationBytes());
        } catch (Fault fault) {
            throw kind.reject(fault, submission.parameters());
        }
        Run run = runs.create(submission, accepted, blocks(submission, accepted), catalog.provenance(accepted.needs()));
        tasks.wake();
        return run;
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
        return Optional.ofNullable(submission.blocks()).orElse(Math.min(accepted.plan().blocks(), most));
    }
}
