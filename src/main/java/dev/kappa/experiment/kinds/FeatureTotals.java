package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Tally;
import dev.kappa.experiment.measure.Aggregation;
import java.util.ArrayList;
import java.util.List;

/**
 * The sums of one dictionary's features over all blocks, and without each block in turn, read from tallies
 * that {@link FeatureScoring} made.
 */
final class FeatureTotals {
    private final Aggregation aggregation;
    private final double[] fires;
    private final double[] sums;
    private final double tokens;
    private final double sequences;

    private FeatureTotals(
            Aggregation aggregation, double[] fires, double[] sums, double tokens, double sequences) {
        this.aggregation = aggregation;
        this.fires = fires;
        this.sums = sums;
        this.tokens = tokens;
        this.sequences = sequences;
    }

    /** @param prefix of the dictionary's sums in the tallies */
    static FeatureTotals of(List<Tally> tallies, String prefix, Aggregation aggregation) {
        return of(tallies, prefix, aggregation, aggregation.sum());
    }

    /** The totals of each block. */
    static List<FeatureTotals> parts(List<Tally> tallies, String prefix, Aggregation aggregation) {
        return tallies.stream().map(tally -> of(List.of(tally), prefix, aggregation)).toList();
    }

    /** The scores of the matched null. */
    static FeatureTotals ofNull(List<Tally> tallies, String prefix, Aggregation aggregation) {
        return of(tallies, prefix, aggregation, "null_" + aggregation.sum());
    }

    private static FeatureTotals of(List<Tally> tallies, String prefix, Aggregation aggregation, String sum) {
        return new FeatureTotals(
                aggregation,
                Tally.sum(tallies, prefix + "fires"),
                Tally.sum(tallies, prefix + sum),
                Tally.sum(tallies, "tokens")[0],
                Tally.sum(tallies, "sequences")[0]);
    }

    /** These totals without each of the blocks that they are sums of. */
    List<FeatureTotals> leaveOneOut(List<FeatureTotals> parts) {
        List<FeatureTotals> without = new ArrayList<>();
        for (FeatureTotals part : parts) {
            without.add(new FeatureTotals(
                    aggregation,
                    minus(fires, part.fires),
                    minus(sums, part.sums),
                    tokens - part.tokens,
                    sequences - part.sequences));
        }
        return without;
    }

    private static double[] minus(double[] all, double[] part) {
        double[] rest = new double[all.length];
        for (int i = 0; i < rest.length; i++) {
            rest[i] = all[i] - part[i];
        }
        return rest;
    }

    int width() {
        return fires.length;
    }

    double tokens() {
        return tokens;
    }

    double[] fires() {
        return fires;
    }

    double[] scores() {
        return aggregation.scores(sums, tokens, sequences);
    }

    /**
     * The scores of these tokens with the sign that the whole has: their mean over blocks is the whole's score,
     * whatever cancels.
     */
    double[] scoresAlong(FeatureTotals whole) {
        double[] scores = scores();
        for (int i = 0; i < scores.length; i++) {
            scores[i] *= Math.signum(sums[i]) * Math.signum(whole.sums[i]);
        }
        return scores;
    }

    /** Features that fire on at least so many counted tokens. */
    int represented(int minFires) {
        int count = 0;
        for (double fire : fires) {
            // Differences of large sums of ones are exact in f64.
            count += fire >= minFires ? 1 : 0;
        }
        return count;
    }

    /** Mean number of features that fire on a token. */
    double l0() {
        double all = 0;
        for (double fire : fires) {
            all += fire;
        }
        return all / tokens;
    }
}
