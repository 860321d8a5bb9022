package dev.kappa.experiment.kinds;

import ai.djl.ndarray.NDArray;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.measure.Batch;
import dev.kappa.experiment.measure.Objectives;
import dev.kappa.experiment.measure.Values;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.Hooks;
import dev.kappa.sae.Sae;
import dev.kappa.sae.SparseCode;
import dev.kappa.tensor.Scope;
import dev.kappa.tensor.Tensors;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * How well a dictionary stands for a hook's activations: sums of one block's sequences, one entry a batch so
 * that a conclusion can resample them.
 */
final class SaeEvaluation {
    private final Sae sae;
    private final HookPoint hook;
    private final int batchSize;

    SaeEvaluation(Sae sae, HookPoint hook, int batchSize) {
        this.sae = sae;
        this.hook = hook;
        this.batchSize = batchSize;
    }

    /**
     * Sums by batch.
     *
     * @param squares Σ‖x‖²; with the sums of x, the variance
     * @param cleanLoss Σ of next-token losses in nats; with x̂ in place of x; with zero in its place
     */
    record Sums(
            double[] rows,
            double[] entries,
            double[] errors,
            double[] squares,
            double[] totals,
            double[] fires,
            double[] predictions,
            double[] cleanLoss,
            double[] rebuiltLoss,
            double[] zeroLoss) {
        void into(Tally tally) {
            tally.put("eval_rows", rows)
                    .put("eval_entries", entries)
                    .put("eval_errors", errors)
                    .put("eval_squares", squares)
                    .put("eval_totals", totals)
                    .put("eval_fires", fires)
                    .put("eval_predictions", predictions)
                    .put("eval_clean_loss", cleanLoss)
                    .put("eval_rebuilt_loss", rebuiltLoss)
                    .put("eval_zero_loss", zeroLoss);
        }
    }

    Sums measure(Bench bench) {
        List<Batch> batches = Batch.cut(bench.sequences(), batchSize);
        int n = batches.size();
        Sums sums = new Sums(
                new double[n],
                new double[n],
                new double[n],
                new double[n],
                new double[n * sae.shape().dIn()],
                new double[sae.shape().width()],
                new double[n],
                new double[n],
                new double[n],
                new double[n]);
        for (int i = 0; i < n; i++) {
            bench.progress((double) i / n);
            add(sums, i, batches.get(i), bench);
        }
        return sums;
    }

    private void add(Sums sums, int i, Batch batch, Bench bench) {
        try (Scope scope = Scope.open(bench.device())) {
            NDArray[] found = new NDArray[1];
            sums.cleanLoss[i] = loss(scope, bench, batch, x -> {
                found[0] = scope.keep(x.duplicate());
                return x;
            });
            NDArray x = scope.keep(batch.countedRows(found[0]).duplicate());
            SparseCode code = sae.encode(x);
            for (long latent : code.latents().toLongArray()) {
                sums.fires[(int) latent]++;
            }
            NDArray error = x.sub(sae.decode(x, code));
            sums.rows[i] = x.getShape().get(0);
            sums.entries[i] = code.entries();
            sums.errors[i] = sum(error.square());
            sums.squares[i] = sum(x.square());
            double[] totals = Tensors.doubles(x.sum(new int[] {0}));
            System.arraycopy(totals, 0, sums.totals, i * totals.length, totals.length);
            sums.predictions[i] = (double) batch.size() * (batch.length() - 1);
            sums.rebuiltLoss[i] = loss(scope, bench, batch, this::rebuilt);
            sums.zeroLoss[i] = loss(scope, bench, batch, activation -> activation.mul(0f));
        }
    }

    private double loss(Scope scope, Bench bench, Batch batch, UnaryOperator<NDArray> change) {
        return Values.of(
                scope,
                bench.model(),
                batch.tokens(scope),
                Hooks.none().with(hook, change),
                Objectives.nextTokenLoss(batch));
    }

    private NDArray rebuilt(NDArray activation) {
        NDArray flat = Tensors.flat(activation);
        return sae.decode(flat, sae.encode(flat)).reshape(activation.getShape());
    }

    /** Summed in f64 over rows. */
    private static double sum(NDArray squares) {
        double total = 0;
        for (double row : Tensors.doubles(squares.sum(new int[] {1}))) {
            total += row;
        }
        return total;
    }
}
