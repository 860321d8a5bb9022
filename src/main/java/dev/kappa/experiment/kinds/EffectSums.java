package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Tally;

/** Sums over sequences of the effects of sampled features by three estimators, and of how they differ. */
final class EffectSums {
    static final String EXACT = "exact";
    static final String ATTRIBUTION = "attribution";
    static final String INTEGRATED = "integrated_gradients";

    private final double[] exact;
    private final Estimate attribution;
    private final Estimate integrated;

    /** Σ|estimate|, Σ|estimate − exact|, and Σ|exact| where both have one sign. */
    private record Estimate(double[] sizes, double[] errors, double[] agreeing) {
        Estimate(int features) {
            this(new double[features], new double[features], new double[features]);
        }

        void add(int place, double exact, double estimate) {
            sizes[place] += Math.abs(estimate);
            errors[place] += Math.abs(estimate - exact);
            agreeing[place] += exact * estimate > 0 ? Math.abs(exact) : 0;
        }

        void into(Tally tally, String name) {
            tally.put(name, sizes).put(name + "_errors", errors).put(name + "_agreeing", agreeing);
        }
    }

    EffectSums(int features) {
        exact = new double[features];
        attribution = new Estimate(features);
        integrated = new Estimate(features);
    }

    /** Effects of one feature in one sequence. */
    void add(int place, double exactly, double attributed, double integratedEffect) {
        exact[place] += Math.abs(exactly);
        attribution.add(place, exactly, attributed);
        integrated.add(place, exactly, integratedEffect);
    }

    void into(Tally tally) {
        tally.put(EXACT, exact);
        attribution.into(tally, ATTRIBUTION);
        integrated.into(tally, INTEGRATED);
    }
}
