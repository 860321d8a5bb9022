package dev.kappa.experiment;

import java.util.List;
import java.util.Set;

/**
 * One kind of measurement. A new kind is one class: the API, the store and the contract test need no
 * change.
 *
 * @param <P> its parameters: a record with Jakarta Validation constraints whose JSON schema is published
 */
public interface Experiment<P extends Record> {
    /** The name in the API, in snake_case; never renamed. */
    String kind();

    /** A short title for people. */
    String title();

    /** One or two sentences: which question it answers. */
    String answers();

    Class<P> parameters();

    /** Parameters that run on the bundled model and dictionaries. */
    P example();

    /**
     * Names in JSON of the parameters that only {@link #conclude} reads: with other values for these, stored
     * tallies say what a fresh run would.
     */
    default Set<String> concludingParameters() {
        return Set.of();
    }

    /** What must be registered for it to run. */
    Needs needs(P parameters);

    /**
     * Checks the parameters against the shapes of what they name, and says what measuring costs, before
     * anything is loaded. A wrong combination is a user fault that names the value.
     */
    Plan plan(P parameters, Shapes shapes);

    /** Measures one block on a device: the only place that touches tensors. */
    Tally measure(P parameters, Block block, Bench bench);

    /** What the tallies, in block order, say: a pure function. */
    Findings conclude(P parameters, Shapes shapes, List<Tally> tallies);
}
