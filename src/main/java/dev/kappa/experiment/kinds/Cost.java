package dev.kappa.experiment.kinds;

import dev.kappa.experiment.Plan;
import dev.kappa.lm.Architecture;

/**
 * What passes through a model cost, in the usual reckoning: two operations for each weight and token
 * forward, and as much again backward, because no weight has a gradient.
 */
final class Cost {
    private final Architecture model;
    private final double tokens;
    private final long batchTokens;
    private double flops;
    private long bytes;
    private int leastBlocks = 2;

    private Cost(Architecture model, double tokens, long batchTokens) {
        this.model = model;
        this.tokens = tokens;
        this.batchTokens = batchTokens;
    }

    static Cost of(Architecture model, int sequences, int length, int batch) {
        return new Cost(model, (double) sequences * length, (long) batch * length);
    }

    Cost forward() {
        flops += tokens * model.parameterBytes() / 2;
        // A pass without a graph holds about one block's intermediates and a chunk of logits.
        bytes = Math.max(bytes, 4 * batchTokens * 40L * model.dModel() + (256L << 20));
        return this;
    }

    Cost backward(int passes) {
        flops += passes * tokens * model.parameterBytes() / 2;
        // A recorded pass holds every block's intermediates.
        bytes = Math.max(bytes, 4 * batchTokens * 24L * model.dModel() * model.layers() + (512L << 20));
        return this;
    }

    Cost flopsPerToken(double more) {
        flops += tokens * more;
        return this;
    }

    Cost bytes(long more) {
        bytes += more;
        return this;
    }

    /** The fewest blocks that a conclusion needs: 1 without intervals over blocks, 2 for a jackknife. */
    Cost leastBlocks(int blocks) {
        leastBlocks = blocks;
        return this;
    }

    Plan plan(int blocks) {
        return new Plan(blocks, leastBlocks, false, bytes, flops);
    }

    Plan sequentialPlan(int blocks) {
        return new Plan(blocks, leastBlocks, true, bytes, flops);
    }
}
