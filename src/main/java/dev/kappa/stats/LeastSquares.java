package dev.kappa.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.hipparchus.exception.Localizable;
import org.hipparchus.exception.MathIllegalArgumentException;
import org.hipparchus.exception.MathIllegalStateException;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.hipparchus.optim.LocalizedOptimFormats;
import org.hipparchus.optim.nonlinear.vector.leastsquares.LeastSquaresBuilder;
import org.hipparchus.optim.nonlinear.vector.leastsquares.LeastSquaresProblem.Evaluation;
import org.hipparchus.optim.nonlinear.vector.leastsquares.LevenbergMarquardtOptimizer;
import org.hipparchus.util.Pair;

/**
 * Levenberg–Marquardt for one {@link SaturatingForm} in the logarithms of its parameters.
 *
 * <ol>
 *   <li>A fixed grid over the shape parameters; the scale is linear, so its best value is exact at each
 *       grid point.
 *   <li>The optimiser starts from the best few grid points (and from a hint); the least rss wins.
 * </ol>
 */
final class LeastSquares {
    private static final int STARTS = 3;
    private static final int MAX_STEPS = 500;
    /** A residual below this share of the data is rounding: an exact fit is not better than another one. */
    private static final double EXACT = 1e-9;

    private static final double[] POWERS = {0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5};
    private static final double[] STRETCHES = {0.25, 0.5, 0.75, 1, 1.5, 2.5};
    private static final double[] ONE = {1};

    private final SaturatingForm form;
    private final double[] widths;
    private final double[] target;
    private final double[] rootWeights;
    /** Evaluated with the least cost so far; survives an optimiser that ends with an exception. */
    private double[] best;

    private double leastRss = Double.POSITIVE_INFINITY;

    private LeastSquares(SaturatingForm form, Sweep sweep) {
        this.form = form;
        this.widths = sweep.widths();
        this.rootWeights =
                Arrays.stream(sweep.variances()).map(v -> 1 / Math.sqrt(v)).toArray();
        this.target = new double[widths.length];
        for (int i = 0; i < target.length; i++) {
            target[i] = sweep.counts()[i] * rootWeights[i];
        }
    }

    /** The fit, with its delta still NaN. */
    static FormFit fit(SaturatingForm form, Sweep sweep) {
        LeastSquares problem = new LeastSquares(form, sweep);
        return problem.report(problem.solve(problem.gridStarts(STARTS)));
    }

    /** The plateau alone, from a start near the answer: for resamples. NaN when nothing converged. */
    static double kappa(SaturatingForm form, Sweep sweep, double[] hint) {
        LeastSquares problem = new LeastSquares(form, sweep);
        List<double[]> starts = problem.gridStarts(1);
        starts.add(hint);
        return problem.solve(starts) ? problem.best[0] : Double.NaN;
    }

    private boolean solve(List<double[]> starts) {
        boolean converged = false;
        if (widths.length < form.parameters().size() || norm(target) == 0) {
            return false;
        }
        for (double[] start : starts) {
            double before = leastRss;
            boolean done = run(start);
            // Only the run that holds the least rss says whether that point is a minimum.
            if (leastRss < before) {
                converged = done;
            }
        }
        return converged;
    }

    private boolean run(double[] start) {
        RealVector logs = new ArrayRealVector(start).map(Math::log);
        try {
            new LevenbergMarquardtOptimizer()
                    .optimize(new LeastSquaresBuilder()
                            .start(logs)
                            .target(target)
                            .model(this::evaluate)
                            .maxEvaluations(MAX_STEPS)
                            .maxIterations(MAX_STEPS)
                            .build());
            return true;
        } catch (MathIllegalStateException e) {
            return atMachinePrecision(e.getSpecifier());
        }
    }

    /** The optimiser's way of saying that no double is better than the present point. */
    private static boolean atMachinePrecision(Localizable reason) {
        return reason == LocalizedOptimFormats.TOO_SMALL_COST_RELATIVE_TOLERANCE
                || reason == LocalizedOptimFormats.TOO_SMALL_PARAMETERS_RELATIVE_TOLERANCE
                || reason == LocalizedOptimFormats.TOO_SMALL_ORTHOGONALITY_TOLERANCE;
    }

    private Pair<RealVector, RealMatrix> evaluate(RealVector logs) {
        double[] parameters = logs.map(Math::exp).toArray();
        double[] values = new double[widths.length];
        double[][] jacobian = new double[widths.length][parameters.length];
        double rss = 0;
        for (int i = 0; i < widths.length; i++) {
            double factor = parameters[0] * rootWeights[i];
            form.logGradient(widths[i], parameters, jacobian[i]);
            jacobian[i][0] = form.shape(widths[i], parameters);
            for (int j = 0; j < parameters.length; j++) {
                jacobian[i][j] *= factor;
            }
            values[i] = jacobian[i][0];
            rss += (values[i] - target[i]) * (values[i] - target[i]);
        }
        if (rss < leastRss) {
            leastRss = rss;
            best = parameters;
        }
        return new Pair<>(new ArrayRealVector(values, false), new Array2DRowRealMatrix(jacobian, false));
    }

    private FormFit report(boolean converged) {
        int n = widths.length;
        int p = form.parameters().size();
        if (!converged) {
            double[] nan = filled(p, Double.NaN);
            return new FormFit(form, nan, nan.clone(), nan(p), Double.NaN, n, Double.NaN, Double.NaN, false);
        }
        double floor = EXACT * norm(target);
        double rss = Math.max(leastRss, floor * floor);
        double[][] covariance = logCovariance(rss, n - p);
        double[] errors = new double[p];
        for (int j = 0; j < p; j++) {
            errors[j] = best[j] * Math.sqrt(covariance[j][j]);
        }
        return new FormFit(form, best, errors, covariance, rss, n, aicc(n, p + 1, rss), Double.NaN, true);
    }

    static double aicc(int n, int k, double rss) {
        if (n - k - 1 <= 0) {
            return Double.POSITIVE_INFINITY;
        }
        return n * Math.log(rss / n) + 2.0 * k + 2.0 * k * (k + 1) / (n - k - 1);
    }

    private double[][] logCovariance(double rss, int freedom) {
        if (freedom < 1) {
            return nan(best.length);
        }
        try {
            Evaluation at = new LeastSquaresBuilder()
                    .start(new ArrayRealVector(best).map(Math::log))
                    .target(target)
                    .model(this::evaluate)
                    .maxEvaluations(1)
                    .maxIterations(1)
                    .build()
                    .evaluate(new ArrayRealVector(best).map(Math::log));
            return at.getCovariances(1e-14).scalarMultiply(rss / freedom).getData();
        } catch (MathIllegalArgumentException singular) {
            return nan(best.length);
        }
    }

    private List<double[]> gridStarts(int count) {
        List<double[]> points = new ArrayList<>();
        if (!form.hasPlateau()) {
            for (double power : POWERS) {
                points.add(new double[] {1, power});
            }
        } else {
            double[] stretches = form.parameters().size() > 2 ? STRETCHES : ONE;
            double least = Arrays.stream(widths).min().orElse(1) / 100;
            double most = Arrays.stream(widths).max().orElse(1) * 100;
            for (double w0 = least; w0 <= most; w0 *= 2) {
                for (double stretch : stretches) {
                    points.add(new double[] {1, w0, stretch});
                }
            }
        }
        return points.stream()
                .map(point -> Arrays.copyOf(point, form.parameters().size()))
                .map(point -> new Start(point, profile(point)))
                .sorted(Comparator.comparingDouble(Start::rss))
                .limit(count)
                .map(Start::parameters)
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private record Start(double[] parameters, double rss) {}

    /** Sets the scale of a point to its best value and returns the rss there. */
    private double profile(double[] point) {
        double cross = 0;
        double square = 0;
        double[] shapes = new double[widths.length];
        for (int i = 0; i < widths.length; i++) {
            shapes[i] = rootWeights[i] * form.shape(widths[i], point);
            cross += shapes[i] * target[i];
            square += shapes[i] * shapes[i];
        }
        point[0] = Math.max(cross / square, Double.MIN_NORMAL);
        double rss = 0;
        for (int i = 0; i < widths.length; i++) {
            double residual = target[i] - point[0] * shapes[i];
            rss += residual * residual;
        }
        return Double.isNaN(rss) ? Double.POSITIVE_INFINITY : rss;
    }

    private static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
    }

    private static double[] filled(int n, double value) {
        double[] out = new double[n];
        Arrays.fill(out, value);
        return out;
    }

    private static double[][] nan(int n) {
        double[][] out = new double[n][];
        Arrays.setAll(out, i -> filled(n, Double.NaN));
        return out;
    }
}
