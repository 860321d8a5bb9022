package dev.kappa.stats;

import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * A statistic of items that were drawn at random from a finite population and measured on blocks of data: the
 * two errors are independent, and their variances add up. Items that were taken for certain are no part of the
 * second.
 *
 * @param blocks leaves out blocks of data
 * @param items leaves out drawn items; absent where all were taken for certain
 * @param drawn share of the population that the drawn items are, 0 … 1: drawing all leaves no error
 */
public record TwoStage(Jackknife blocks, Optional<Jackknife> items, double drawn) {
    public TwoStage {
        Checks.closedUnit("share of a population that was drawn", drawn);
    }

    /** √(variance over blocks + (1 − drawn) · variance over items). */
    public double standardError() {
        double overBlocks = blocks.standardError();
        double overItems = items.map(Jackknife::standardError).orElse(0.0);
        return Math.sqrt(overBlocks * overBlocks + (1 - drawn) * overItems * overItems);
    }

    /** Student-t interval with B−1 degrees of freedom around the estimate corrected for its bias over blocks. */
    public Interval interval(double level) {
        return blocks.around(blocks.biasCorrected(), standardError(), level, "two_stage_jackknife_t");
    }

    /** The same around the estimate as it is: for shares of sets, whose jumps a correction would multiply. */
    public Interval uncorrectedInterval(double level) {
        return blocks.around(blocks.estimate(), standardError(), level, "two_stage_jackknife_t_uncorrected");
    }

    /** The same on Fisher's z = atanh r, for a correlation; NaN when any value is ±1. */
    public Interval fisherInterval(double level) {
        return transformed(r -> 0.5 * Math.log((1 + r) / (1 - r)))
                .interval(level)
                .mapped(Math::tanh, "two_stage_jackknife_t_fisher");
    }

    private TwoStage transformed(DoubleUnaryOperator function) {
        return new TwoStage(
                blocks.transformed(function), items.map(jackknife -> jackknife.transformed(function)), drawn);
    }
}
