package dev.kappa.run;

import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import java.util.List;
import org.springframework.stereotype.Service;

/** Runs that measure another one again, to see whether the same digits come out. */
@Service
public class Verifications {
    private final Submissions submissions;
    private final RunRows runs;

    Verifications(Submissions submissions, RunRows runs) {
        this.submissions = submissions;
        this.runs = runs;
    }

    /** Queues a child that measures a run again: same experiment, parameters, seed, blocks and inputs. */
    public Run submit(Run parent) {
        if (parent.state() != RunState.SUCCEEDED) {
            throw new Conflict(
                    "run_without_findings",
                    "run '" + parent.id() + "' is " + parent.state() + "; only runs that are SUCCEEDED can be verified");
        }
        try {
            return submissions.again(parent);
        } catch (Rejection | Fault e) {
            if (e instanceof Fault fault && fault.category() != Category.USER) {
                throw fault;
            }
            throw new Conflict(
                    "not_measurable_here", "run '" + parent.id() + "' cannot be measured here now: " + e.getMessage());
        }
    }

    /** Those that measure this run again, newest first. */
    public List<Run> of(Run parent) {
        return runs.verifications(parent.id());
    }
}
