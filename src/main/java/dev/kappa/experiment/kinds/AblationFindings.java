package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Table;
import dev.kappa.experiment.Tally;
import dev.kappa.stats.Interval;
import dev.kappa.stats.Jackknife;
import dev.kappa.stats.Ranks;
import dev.kappa.stats.Retrieval;
import dev.kappa.stats.TwoStage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What the tallies of {@link ExactAblation} say of all features that fire in the run: each sampled feature stands
 * for as many as its chance of being drawn implies. A feature's score is the mean over sequences of the size of
 * the effect of taking it away.
 */
final class AblationFindings {
    private static final double LEVEL = 0.95;
    private static final List<String> ESTIMATORS = List.of(EffectSums.ATTRIBUTION, EffectSums.INTEGRATED);

    private final ExactAblation.Parameters parameters;
    private final List<Tally> tallies;
    private final FeatureSample sample;
    private final double sequences;
    private final double[] fires;
    /** Places in the sample of the features that fire. */
    private final int[] firing;

    AblationFindings(ExactAblation.Parameters parameters, List<Tally> tallies) {
        this.parameters = parameters;
        this.tallies = tallies;
        this.sample = FeatureSample.of(tallies.get(0));
        this.sequences = Tally.sum(tallies, "sequences")[0];
        this.fires = Tally.sum(tallies, "all/fires");
        this.firing = IntStream.range(0, sample.size())
                .filter(place -> fires[sample.features()[place]] > 0)
                .toArray();
    }

    /**
     * Sums over sequences of the firing features of the sample, and how many features each stands for.
     *
     * @param errors Σ|estimate − exact| over sequences; {@code agreeing} Σ|exact| where the signs agree
     */
    private record View(double[] exact, double[] estimate, double[] errors, double[] agreeing, double[] weights) {
        double spearman() {
            return Ranks.spearman(estimate, exact, weights);
        }

        double relativeError() {
            return weighted(errors) / weighted(exact);
        }

        double signAgreement() {
            return weighted(agreeing) / weighted(exact);
        }

        /** Of the {@code taken} features of highest estimate, the share that is among the k of highest effect. */
        double precision(int taken, int k) {
            return shared(taken, k) / weighted(Retrieval.firstK(estimate, weights, taken));
        }

        /** Of the k features of highest effect, the share that is among the {@code taken} of highest estimate. */
        double recall(int taken, int k) {
            return shared(taken, k) / weighted(Retrieval.firstK(exact, weights, k));
        }

        private double shared(int taken, int k) {
            double[] first = Retrieval.firstK(estimate, weights, taken);
            double[] relevant = Retrieval.firstK(exact, weights, k);
            // A feature at the edge stands for several: they are taken in the same order on both sides.
            return weighted(IntStream.range(0, first.length)
                    .mapToDouble(i -> Math.min(first[i], relevant[i]))
                    .toArray());
        }

        private double weighted(double[] values) {
            return IntStream.range(0, values.length).mapToDouble(i -> weights[i] * values[i]).sum();
        }
    }

    /**
     * @param block to leave out, or −1
     * @param place in the sample of the feature to leave out, or −1
     */
    private View view(String estimator, int block, int place) {
        int[] places = IntStream.of(firing).filter(i -> i != place).toArray();
        double[] weights = place < 0 ? sample.weights() : sample.weightsWithoutOne();
        return new View(
                sums(EffectSums.EXACT, block, places),
                sums(estimator, block, places),
                sums(estimator + "_errors", block, places),
                sums(estimator + "_agreeing", block, places),
                Ranks.pick(weights, places));
    }

    private double[] sums(String name, int without, int[] places) {
        double[] all = Tally.sum(tallies, name);
        double[] less = without < 0 ? new double[all.length] : tallies.get(without).doubles(name);
        return IntStream.of(places).mapToDouble(i -> all[i] - less[i]).toArray();
    }

    private final class Subject {
        private final View all;
        private final List<View> withoutBlock;
        private final List<View> withoutItem;

        Subject(String estimator) {
            all = view(estimator, -1, -1);
            withoutBlock = IntStream.range(0, tallies.size())
                    .mapToObj(block -> view(estimator, block, -1))
                    .toList();
            withoutItem = sample.drawnShare() == 1 || sample.drawn() < 2
                    ? List.of()
                    : IntStream.range(sample.certain(), sample.size())
                            .mapToObj(place -> view(estimator, -1, place))
                            .toList();
        }

        TwoStage twoStage(ToDoubleFunction<View> of) {
            return new TwoStage(
                    Jackknife.of(all, withoutBlock, of),
                    withoutItem.isEmpty() ? Optional.empty() : Optional.of(Jackknife.of(all, withoutItem, of)),
                    sample.drawnShare());
        }

        Interval share(ToDoubleFunction<View> of) {
            return twoStage(of).uncorrectedInterval(LEVEL).clampedTo(0, 1);
        }
    }

    /** Sums of the firing features of the sample in each block. */
    private double[][] blocks(String name) {
        return tallies.stream()
                .map(tally -> Ranks.pick(tally.doubles(name), firing))
                .toArray(double[][]::new);
    }

    Findings findings() {
        Metrics metrics = new Metrics().about("sae", parameters.sae()).about("hook", parameters.hook());
        long n = firing.length;
        List<List<Object>> retrieved = new ArrayList<>();
        List<Figure.Series> curves = new ArrayList<>();
        String[] flags = flags();
        for (String estimator : ESTIMATORS) {
            Subject subject = new Subject(estimator);
            Metrics here = metrics.about("estimator", estimator);
            RankCorrelation.add(
                    here,
                    "spearman",
                    subject.all.spearman(),
                    blocks(estimator),
                    blocks(EffectSums.EXACT),
                    subject.all.weights(),
                    LEVEL,
                    () -> subject.twoStage(View::spearman).fisherInterval(LEVEL),
                    n,
                    flags);
            Interval error = subject.twoStage(View::relativeError).interval(LEVEL);
            here.add("relative_error", subject.all.relativeError(), error, n, flags);
            here.add("sign_agreement", subject.all.signAgreement(), subject.share(View::signAgreement), n, flags);
            int k = parameters.k();
            for (int taken : new int[] {Math.max(1, k / 2), k, 2 * k}) {
                Metrics at = here.about("taken", taken).about("k", k);
                Interval precision = subject.share(view -> view.precision(taken, k));
                Interval recall = subject.share(view -> view.recall(taken, k));
                at.add("precision_at_k", subject.all.precision(taken, k), precision, n, flags);
                at.add("recall_at_k", subject.all.recall(taken, k), recall, n, flags);
            }
            curves.add(curve(estimator, subject.all, retrieved));
        }
        metrics.add("features_measured", n, (long) sequences, flags);
        metrics.add("features_firing", Arrays.stream(fires).filter(f -> f > 0).count(), (long) sequences);
        return new Findings(
                metrics.list(),
                List.of(
                        features(),
                        new Table(
                                "retrieval",
                                "How well the features of the highest estimate cover those of the highest exact effect",
                                List.of("estimator", "taken", "k", "precision", "recall"),
                                retrieved)),
                List.of(
                        scatter(),
                        new Figure(
                                "retrieval",
                                "Recall of the " + parameters.k() + " features of the highest exact effect",
                                Figure.Axis.log("features taken by estimate", "features"),
                                Figure.Axis.linear("recall", ""),
                                curves,
                                List.of(new Figure.Line("k", "x", parameters.k())))),
                List.of());
    }

    /** Beyond the certain features, recall rests on what the random ones happen to be. */
    private String[] flags() {
        return sample.drawnShare() == 1 ? new String[] {"census"} : new String[] {"stratified_sample"};
    }

    private Figure.Series curve(String estimator, View all, List<List<Object>> rows) {
        int k = parameters.k();
        int most = (int) Math.max(1, Math.min(Arrays.stream(all.weights()).sum(), 8.0 * k));
        int[] taken = IntStream.iterate(1, t -> t <= most, t -> Math.max(t + 1, t * 5 / 4)).toArray();
        double[] recalls = new double[taken.length];
        for (int i = 0; i < taken.length; i++) {
            recalls[i] = all.recall(taken[i], k);
            rows.add(List.of(estimator, taken[i], k, all.precision(taken[i], k), recalls[i]));
        }
        return Figure.Series.of(estimator, "line", Arrays.stream(taken).asDoubleStream().toArray(), recalls);
    }

    private Table features() {
        double[] exact = Tally.sum(tallies, EffectSums.EXACT);
        double[] attributed = Tally.sum(tallies, EffectSums.ATTRIBUTION);
        double[] integrated = Tally.sum(tallies, EffectSums.INTEGRATED);
        double[] weights = sample.weights();
        List<List<Object>> rows = new ArrayList<>();
        for (int place : firing) {
            rows.add(List.of(
                    sample.features()[place],
                    place < sample.certain() ? "certain" : "random",
                    weights[place],
                    (long) fires[sample.features()[place]],
                    exact[place] / sequences,
                    attributed[place] / sequences,
                    integrated[place] / sequences));
        }
        return new Table(
                "features",
                "Effects of sampled features: mean over sequences of the size of the change, in "
                        + parameters.metric().unit(),
                List.of(
                        "feature",
                        "stratum",
                        "stands_for",
                        "fires",
                        EffectSums.EXACT,
                        EffectSums.ATTRIBUTION,
                        EffectSums.INTEGRATED),
                rows);
    }

    private Figure scatter() {
        double[] exact = Tally.sum(tallies, EffectSums.EXACT);
        List<Figure.Series> series = new ArrayList<>();
        for (String estimator : ESTIMATORS) {
            double[] estimate = Tally.sum(tallies, estimator);
            int[] shown = IntStream.of(firing).filter(i -> exact[i] > 0 && estimate[i] > 0).toArray();
            series.add(Figure.Series.of(
                    estimator,
                    "points",
                    IntStream.of(shown).mapToDouble(i -> exact[i] / sequences).toArray(),
                    IntStream.of(shown).mapToDouble(i -> estimate[i] / sequences).toArray()));
        }
        return new Figure(
                "scatter",
                "Estimated against exact effects of features",
                Figure.Axis.log("exact effect", parameters.metric().unit()),
                Figure.Axis.log("estimated effect", parameters.metric().unit()),
                series,
                List.of());
    }
}
