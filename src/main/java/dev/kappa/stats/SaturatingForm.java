package dev.kappa.stats;

import java.util.List;

/**
 * How a count N may grow with dictionary width W. Each form is N = scale · shape(W): the scale is κ, the
 * plateau that N approaches for W → ∞, in features; for the power law it is the count at W = 1 and there is
 * no plateau. Every parameter is positive and is fitted as its logarithm.
 */
public enum SaturatingForm {
    /** κW/(W + W₀): half of the plateau at W₀. */
    HYPERBOLIC(List.of("kappa", "w0")) {
        @Override
        double shape(double w, double[] p) {
            return w / (w + p[1]);
        }

        @Override
        void logGradient(double w, double[] p, double[] out) {
            out[1] = -w * p[1] / ((w + p[1]) * (w + p[1]));
        }
    },
    /** κ(1 − e^{−W/W₀}). */
    EXPONENTIAL(List.of("kappa", "w0")) {
        @Override
        double shape(double w, double[] p) {
            return -Math.expm1(-w / p[1]);
        }

        @Override
        void logGradient(double w, double[] p, double[] out) {
            double u = w / p[1];
            out[1] = -u * Math.exp(-u);
        }
    },
    /** κ(1 − e^{−(W/W₀)^b}). */
    STRETCHED_EXPONENTIAL(List.of("kappa", "w0", "b")) {
        @Override
        double shape(double w, double[] p) {
            return -Math.expm1(-Math.pow(w / p[1], p[2]));
        }

        @Override
        void logGradient(double w, double[] p, double[] out) {
            double u = Math.pow(w / p[1], p[2]);
            double slope = p[2] * product(u, Math.exp(-u));
            out[1] = -slope;
            out[2] = slope == 0 ? 0 : slope * Math.log(w / p[1]);
        }
    },
    /** κW^h/(W^h + W₀^h). */
    HILL(List.of("kappa", "w0", "h")) {
        @Override
        double shape(double w, double[] p) {
            return 1 / (1 + Math.pow(p[1] / w, p[2]));
        }

        @Override
        void logGradient(double w, double[] p, double[] out) {
            double s = shape(w, p);
            double slope = p[2] * s * (1 - s);
            out[1] = -slope;
            out[2] = slope == 0 ? 0 : slope * Math.log(w / p[1]);
        }
    },
    /** aW^b: no plateau. */
    POWER_LAW(List.of("a", "b")) {
        @Override
        double shape(double w, double[] p) {
            return Math.pow(w, p[1]);
        }

        @Override
        void logGradient(double w, double[] p, double[] out) {
            out[1] = p[1] * Math.pow(w, p[1]) * Math.log(w);
        }
    };

    private final List<String> parameters;

    SaturatingForm(List<String> parameters) {
        this.parameters = parameters;
    }

    /** Names of the parameters in their order; the first is the scale. */
    public List<String> parameters() {
        return parameters;
    }

    public boolean hasPlateau() {
        return this != POWER_LAW;
    }

    /** N at width W. */
    public double value(double w, double[] parameters) {
        return parameters[0] * shape(w, parameters);
    }

    /** shape(W), which depends on all parameters but the first. */
    abstract double shape(double w, double[] parameters);

    /** Derivatives of shape(W) by the logarithm of each parameter but the first, from index 1 on. */
    abstract void logGradient(double w, double[] parameters, double[] out);

    /** A product where one side may be infinite while the other is zero: zero wins. */
    private static double product(double large, double small) {
        return small == 0 ? 0 : large * small;
    }
}
