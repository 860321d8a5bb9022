package dev.kappa.run;

import dev.kappa.catalog.Catalog;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Block;
import dev.kappa.experiment.Experiment;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Needs;
import dev.kappa.experiment.Plan;
import dev.kappa.experiment.Shapes;
import dev.kappa.experiment.Tally;
import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** An experiment whose parameters come and go as JSON. */
public final class Kind<P extends Record> {
    private static final String BASE = "/parameters";

    private final Experiment<P> experiment;
    private final ParameterReader reader;

    Kind(Experiment<P> experiment, ParameterReader reader) {
        this.experiment = experiment;
        this.reader = reader;
    }

    public Experiment<P> experiment() {
        return experiment;
    }

    /** What a request for this experiment comes to, before anything is loaded or written. */
    record Accepted(String parameters, Needs needs, Shapes shapes, Plan plan) {}

    /** Reads and checks parameters against what is registered; a wrong one is rejected with its place. */
    Accepted accept(JsonNode parameters, Catalog catalog) {
        P read = reader.read(parameters, experiment.parameters(), BASE);
        try {
            Needs needs = experiment.needs(read);
            Shapes shapes = catalog.shapes(needs);
            Plan plan = experiment.plan(read, shapes);
            return new Accepted(Json.write(read), needs, shapes, plan);
        } catch (Fault fault) {
            throw reject(fault, read);
        }
    }

    /** Reads changed parameters for tallies that are there: what they were made of is not asked for again. */
    String acceptAgain(JsonNode parameters, Run parent) {
        P read = reader.read(parameters, experiment.parameters(), BASE);
        try {
            experiment.plan(read, Json.read(parent.shapes(), Shapes.class));
            return Json.write(read);
        } catch (Fault fault) {
            throw reject(fault, read);
        }
    }

    /** The rejection that a user's fault about these parameters amounts to; other faults stay what they are. */
    RuntimeException reject(Fault fault, Object parameters) {
        return fault.category() == Category.USER
                ? new Rejection(
                        Pointers.toQuoted(fault.getMessage(), Json.tree(parameters), BASE),
                        fault.code(),
                        fault.getMessage())
                : fault;
    }

    /** The fewest blocks of a run that a conclusion can be drawn from. */
    int leastBlocks(Run run) {
        return experiment.plan(parameters(run), Json.read(run.shapes(), Shapes.class)).leastBlocks();
    }

    Needs needs(Run run) {
        return experiment.needs(parameters(run));
    }

    Tally measure(Run run, Block block, Bench bench) {
        return experiment.measure(parameters(run), block, bench);
    }

    Findings conclude(Run run, List<Tally> tallies) {
        return experiment.conclude(parameters(run), Json.read(run.shapes(), Shapes.class), tallies);
    }

    private P parameters(Run run) {
        return Json.read(run.parameters(), experiment.parameters());
    }
}
