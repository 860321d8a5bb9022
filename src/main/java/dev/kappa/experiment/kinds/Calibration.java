package dev.kappa.experiment.kinds;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kappa.experiment.Description;
import dev.kappa.fault.Fault;
import dev.kappa.stats.Concentration;
import dev.kappa.stats.FalseDiscovery;
import dev.kappa.stats.Quantiles;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import java.util.Arrays;
import java.util.List;

/**
 * How the threshold τ is found that a score must exceed for its feature to count as causal (section 4 of the
 * definitions).
 */
public record Calibration(
        @Description("quantile: τ is a quantile of the narrowest dictionary's scores, held for the wider ones."
                        + " absolute: τ as given. null: scores must beat those along permuted decoder rows at a"
                        + " false-discovery rate. mass: the smallest set that carries a share of all scores")
                Method method,
        @DecimalMin("0") @DecimalMax("1") @Description("For quantile: which quantile of all features' scores") Double q,
        @DecimalMin("0") @Description("For absolute: the threshold, in units of the metric") Double tau,
        @DecimalMin("1e-6") @DecimalMax("0.5") @Description("For null: the false-discovery rate") Double alpha,
        @DecimalMin("0") @DecimalMax("1") @Description("For mass: the share of the summed scores") Double share) {

    /** The ways. */
    public enum Method {
        @JsonProperty("quantile")
        QUANTILE("quantile", "q"),
        @JsonProperty("absolute")
        ABSOLUTE("absolute", "tau"),
        @JsonProperty("null")
        NULL("null", "alpha"),
        @JsonProperty("mass")
        MASS("mass", "share");

        private final String label;
        private final String reads;

        Method(String label, String reads) {
            this.label = label;
            this.reads = reads;
        }
    }

    private static final double Q = 0.98;
    private static final double ALPHA = 0.05;
    private static final double SHARE = 0.95;

    public Calibration {
        method = method == null ? Method.QUANTILE : method;
        q = q == null ? Q : q;
        alpha = alpha == null ? ALPHA : alpha;
        share = share == null ? SHARE : share;
        if (method == Method.ABSOLUTE && tau == null) {
            throw Fault.user("tau_missing", "calibration 'absolute' needs 'tau', a number of at least 0");
        }
        read(method == Method.QUANTILE || q == Q, "q", q, method);
        read(method == Method.ABSOLUTE || tau == null, "tau", tau, method);
        read(method == Method.NULL || alpha == ALPHA, "alpha", alpha, method);
        read(method == Method.MASS || share == SHARE, "share", share, method);
    }

    /** Refuses a setting that says something, but not to this method; defaults say nothing. */
    private static void read(boolean readOrDefault, String name, Double value, Method method) {
        if (!readOrDefault) {
            throw Fault.user(
                    "calibration_setting_unread",
                    "calibration '" + method.label + "' does not read '" + name + "', which was given as " + value
                            + "; it reads '" + method.reads + "'");
        }
    }

    /** Refuses to read a null that a run does not measure. */
    void requireNull(boolean measured) {
        if (method == Method.NULL && !measured) {
            throw Fault.user(
                    "null_scores_missing",
                    "calibration 'null' reads scores of the matched null, which are kept only where 'null_scores' is"
                            + " true");
        }
    }

    static Calibration of(Method method) {
        return new Calibration(method, null, null, null, null);
    }

    /**
     * τ for each dictionary.
     *
     * @param scores of all features of each dictionary, the narrowest first
     * @param nulls scores of the matched null; read by the null calibration only
     */
    double[] thresholds(List<double[]> scores, List<double[]> nulls) {
        double[] thresholds = new double[scores.size()];
        for (int i = 0; i < thresholds.length; i++) {
            thresholds[i] = switch (method) {
                case QUANTILE -> Quantiles.linear(scores.get(0), q);
                case ABSOLUTE -> tau;
                case NULL -> FalseDiscovery.threshold(scores.get(i), nulls.get(i), alpha).tau();
                // The set's smallest score belongs to it.
                case MASS -> Math.nextDown(Concentration.smallestSet(scores.get(i), share).threshold());
            };
        }
        return thresholds;
    }

    /** True where the count at this place of the sweep follows from the calibration alone. */
    boolean forces(int place) {
        return method == Method.QUANTILE && place == 0;
    }

    static int countAbove(double[] scores, double threshold) {
        return (int) Arrays.stream(scores).filter(score -> score > threshold).count();
    }
}
