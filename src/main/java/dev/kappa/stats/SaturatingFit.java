package dev.kappa.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Fits every {@link SaturatingForm} to a sweep, chooses by AICc, resamples, and says whether a plateau is
 * identified at all. Degenerate input gives flags and NaN, never an exception.
 */
public final class SaturatingFit {
    /** Forms within this many units of AICc are not told apart (Burnham &amp; Anderson 2002, § 2.6). */
    private static final double INDISTINCT = 2;
    /** A plateau this many times above every count is +∞ for an interval. */
    private static final double RUNAWAY = 1e6;

    private static final Bootstrap NO_DRAWS = Bootstrap.ofDraws(new double[0]);

    private final Sweep sweep;
    private final Settings settings;
    private final List<String> flags = new ArrayList<>();

    private SaturatingFit(Sweep sweep, Settings settings) {
        this.settings = settings;
        this.sweep = sweep.withoutMissing();
        flagIf(this.sweep.size() < sweep.size(), "missing_counts");
    }

    /**
     * What the verdict and the intervals need to know.
     *
     * @param dimension d of the hook: a plateau whose interval reaches beyond it is not identified
     * @param level nominal coverage of the intervals
     * @param resamples resamples of the widths
     * @param seed of the resamples
     */
    public record Settings(int dimension, double level, int resamples, long seed) {
        public Settings {
            Checks.atLeast("dimension", dimension, 1);
            Checks.openUnit("level of an interval", level);
            Checks.atLeast("resamples of a bootstrap", resamples, 1);
        }

        /** Level 0.95 and 1,000 resamples. */
        public static Settings of(int dimension, long seed) {
            return new Settings(dimension, 0.95, 1_000, seed);
        }
    }

    public static FitReport of(Sweep sweep, Settings settings) {
        return new SaturatingFit(sweep, settings).report();
    }

    private FitReport report() {
        flagInput();
        List<FormFit> fits = withDeltas(Arrays.stream(SaturatingForm.values())
                .map(form -> LeastSquares.fit(form, sweep))
                .toList());
        FormFit best = fits.stream()
                .filter(fit -> Double.isFinite(fit.aicc()))
                .min(Comparator.comparingDouble(FormFit::aicc))
                .orElse(null);
        FormFit plateau = fits.stream()
                .filter(fit -> fit.form().hasPlateau() && fit.converged())
                .min(Comparator.comparingDouble(FormFit::aicc).thenComparing(fit -> fit.parameters().length))
                .orElse(null);
        Bootstrap overWidths = overWidths(plateau);
        Interval widthInterval = widened(overWidths, plateau);
        Interval blockInterval = percentile(overBlocks(plateau), "bootstrap_blocks");
        List<String> doubts = doubts(fits, best, plateau, widthInterval, blockInterval);
        if (plateau != null) {
            flagPlateaus(fits, plateau);
        }
        return new FitReport(
                fits,
                best == null ? null : best.form(),
                plateau == null ? null : plateau.form(),
                plateau == null ? Double.NaN : plateau.kappa(),
                overWidths.median(),
                percentile(overWidths, "bootstrap_widths"),
                widthInterval,
                blockInterval,
                doubts.isEmpty(),
                doubts,
                List.copyOf(flags));
    }

    private void flagInput() {
        double[] counts = sweep.counts();
        flagIf(sweep.distinctWidths() < 3, "too_few_widths");
        boolean zero = Arrays.stream(counts).allMatch(count -> count == 0);
        flagIf(zero, "all_counts_zero");
        flagIf(!zero && Arrays.stream(counts).distinct().count() == 1, "constant_counts");
        double rise = 0;
        double meanWidth = Arrays.stream(sweep.widths()).map(Math::log).average().orElse(0);
        for (int i = 0; i < counts.length; i++) {
            rise += counts[i] * (Math.log(sweep.widths()[i]) - meanWidth);
        }
        flagIf(rise < 0, "decreasing_counts");
    }

    private static List<FormFit> withDeltas(List<FormFit> fits) {
        double least = fits.stream()
                .mapToDouble(FormFit::aicc)
                .filter(Double::isFinite)
                .min()
                .orElse(Double.NaN);
        return fits.stream().map(fit -> fit.withDelta(fit.aicc() - least)).toList();
    }

    private List<String> doubts(
            List<FormFit> fits, FormFit best, FormFit plateau, Interval overWidths, Interval overBlocks) {
        if (plateau == null) {
            return List.of("no_saturating_form_converged");
        }
        List<String> doubts = new ArrayList<>();
        FormFit power = fits.get(SaturatingForm.POWER_LAW.ordinal());
        if (best == null) {
            doubts.add("aicc_undefined");
        } else if (!(power.delta() > INDISTINCT)) {
            doubts.add("power_law_not_excluded");
        }
        if (plateau.kappa() > 2 * sweep.largestCount()) {
            doubts.add("kappa_beyond_twice_the_largest_count");
        }
        if (Double.isNaN(overWidths.high()) && Double.isNaN(overBlocks.high())) {
            doubts.add("no_interval");
        } else if (overWidths.high() > settings.dimension || overBlocks.high() > settings.dimension) {
            doubts.add("interval_beyond_dimension");
        }
        return List.copyOf(doubts);
    }

    private void flagPlateaus(List<FormFit> fits, FormFit plateau) {
        double[] kappas = fits.stream()
                .filter(fit -> fit.form().hasPlateau() && fit.aicc() <= plateau.aicc() + INDISTINCT)
                .mapToDouble(FormFit::kappa)
                .sorted()
                .toArray();
        flagIf(kappas[kappas.length - 1] > 2 * kappas[0], "forms_disagree");
        flagIf(plateau.kappa() > settings.dimension, "kappa_beyond_dimension");
    }

    /** Resamples with too few different widths to leave one spare are drawn again: they cannot be fitted. */
    private Bootstrap overWidths(FormFit plateau) {
        if (plateau == null || sweep.distinctWidths() <= plateau.parameters().length) {
            return NO_DRAWS;
        }
        int needed = plateau.parameters().length + 1;
        List<Sweep> resamples = new ArrayList<>();
        for (long seed = settings.seed; resamples.size() < settings.resamples; seed++) {
            Arrays.stream(Bootstrap.multiplicities(sweep.size(), settings.resamples, seed))
                    .map(sweep::resampled)
                    .filter(resample -> resample.distinctWidths() >= needed)
                    .limit(settings.resamples - resamples.size())
                    .forEach(resamples::add);
        }
        return draws(plateau, resamples);
    }

    private Bootstrap overBlocks(FormFit plateau) {
        if (plateau == null) {
            return NO_DRAWS;
        }
        return draws(plateau, Arrays.stream(sweep.blockDraws()).map(sweep::withCounts).toList());
    }

    private Bootstrap draws(FormFit plateau, List<Sweep> resamples) {
        double runaway = RUNAWAY * sweep.largestCount();
        Bootstrap bootstrap = Bootstrap.ofDraws(resamples.stream()
                .mapToDouble(resample -> LeastSquares.kappa(plateau.form(), resample, plateau.parameters()))
                .map(kappa -> kappa > runaway ? Double.POSITIVE_INFINITY : kappa)
                .toArray());
        flagIf(bootstrap.failures() > resamples.size() / 20, "resamples_failed");
        return bootstrap;
    }

    private Interval percentile(Bootstrap bootstrap, String method) {
        return bootstrap.percentile(settings.level).named(method);
    }

    private Interval widened(Bootstrap overWidths, FormFit plateau) {
        int parameters = plateau == null ? sweep.size() : plateau.parameters().length;
        return overWidths
                .expandedPercentile(settings.level, sweep.size(), parameters)
                .named("bootstrap_widths_expanded");
    }

    private void flagIf(boolean condition, String flag) {
        if (condition && !flags.contains(flag)) {
            flags.add(flag);
        }
    }
}
