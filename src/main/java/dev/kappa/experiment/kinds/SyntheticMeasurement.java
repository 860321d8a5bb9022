package dev.kappa.experiment.kinds;

import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Block;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.measure.Attribution;
import dev.kappa.experiment.measure.FeatureSums;
import dev.kappa.experiment.measure.OuterProducts;
import dev.kappa.experiment.training.SaeTrainer;
import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.sae.DenseSae;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;

/** One block of {@link SyntheticGroundTruth}: the first half of the blocks trains, the second measures. */
final class SyntheticMeasurement {
    /** Samples measured together. */
    private static final int ROWS = 4096;

    private final SyntheticGroundTruth.Parameters parameters;
    private final Block block;
    private final Bench bench;
    private final int from;
    private final int to;

    SyntheticMeasurement(SyntheticGroundTruth.Parameters parameters, Block block, Bench bench) {
        this.parameters = parameters;
        this.block = block;
        this.bench = bench;
        this.from = block.share(parameters.samples(), block.index());
        this.to = block.share(parameters.samples(), block.index() + 1);
        if (to - from < 2) {
            throw Fault.user(
                    "too_many_blocks",
                    parameters.samples() + " samples are too few for " + block.of() + " blocks; accepted: at most "
                            + parameters.samples() / 2);
        }
    }

    /** How many of a run's blocks train. */
    static int training(int blocks) {
        return blocks / 2;
    }

    Tally measure() {
        bench.progress(0);
        try (Scope scope = Scope.open(bench.device())) {
            PlantedModel planted = new PlantedModel(scope, parameters, block.seed());
            NDArray x = planted.samples(scope, from, to);
            Tally tally = new Tally();
            SaeTrainer trainer = bench.previous()
                    .map(checkpoint -> SaeTrainer.resume(scope, parameters.recipe(steps()), checkpoint))
                    .orElseGet(() -> SaeTrainer.first(scope, parameters.recipe(steps()), x, block.seed()));
            if (block.index() < training(block.of())) {
                tally.put("squared_error", train(trainer, x));
            } else {
                // The hook of no model: nothing reads it.
                score(planted, trainer.dictionary(HookPoint.residPost(0)), x, tally);
            }
            tally.put("read_directions", planted.readDirections(), parameters.readers(), parameters.dimension());
            trainer.save(tally);
            return tally;
        }
    }

    private int steps() {
        return training(block.of()) * parameters.epochs() * parameters.stepsInPass(to - from);
    }

    /** The mean squared error of the last pass. */
    private double train(SaeTrainer trainer, NDArray x) {
        int steps = parameters.stepsInPass(to - from);
        double error = Double.NaN;
        for (int epoch = 0; epoch < parameters.epochs(); epoch++) {
            error = 0;
            for (int step = 0; step < steps; step++) {
                bench.progress((epoch + (double) step / steps) / parameters.epochs());
                long first = (long) (to - from) * step / steps;
                long last = (long) (to - from) * (step + 1) / steps;
                error += trainer.step(Tensors.slice(x, first, last)) / steps;
            }
        }
        return error;
    }

    private void score(PlantedModel planted, DenseSae sae, NDArray x, Tally tally) {
        FeatureSums sums = new FeatureSums(parameters.width());
        OuterProducts products = new OuterProducts(parameters.dimension());
        double[] slopeSquares = new double[parameters.readers()];
        double errors = 0;
        double squares = 0;
        for (int first = 0; first < to - from; first += ROWS) {
            bench.progress((double) first / (to - from));
            int last = Math.min(to - from, first + ROWS);
            try (Scope scope = Scope.within(x)) {
                NDArray rows = scope.keep(Tensors.slice(x, first, last));
                SparseCode code = sae.encode(rows);
                NDArray slopes = planted.slopes(rows);
                float[] effects = Attribution.effects(scope, sae, code, planted.gradient(slopes));
                // Every sample is a sequence of its own.
                sums.add(code.rows().toLongArray(), code.latents().toLongArray(), effects, 1);
                products.add(planted.probe(slopes, from + first).expandDims(1));
                double[] more = Tensors.doubles(slopes.square().sum(new int[] {0}));
                for (int j = 0; j < more.length; j++) {
                    slopeSquares[j] += more[j];
                }
                errors += rows.sub(sae.decode(rows, code)).square().sum().getFloat();
                squares += rows.sub(rows.mean(new int[] {0}, true)).square().sum().getFloat();
            }
        }
        tally.put("tokens", to - from).put("sequences", to - from);
        sums.into(tally, "sae/");
        products.into(tally, "x/");
        tally.put("slope_squares", slopeSquares).put("errors", errors).put("variance", squares);
    }
}
