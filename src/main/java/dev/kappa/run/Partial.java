package dev.kappa.run;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Metric;
import java.util.List;

/**
 * What the tallies of a run that goes on say so far. Every metric has the flag {@link #FLAG}.
 *
 * @param blocks how many blocks it rests on
 */
public record Partial(int blocks, List<Metric> metrics, List<Figure> figures) {
    public static final String FLAG = "partial";

    static final Partial NONE = new Partial(0, List.of(), List.of());
}
