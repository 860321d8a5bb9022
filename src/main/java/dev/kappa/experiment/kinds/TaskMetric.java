package dev.kappa.experiment.kinds;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kappa.corpus.Pair;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Shapes;
import dev.kappa.experiment.measure.Batch;
import dev.kappa.experiment.measure.Objective;
import dev.kappa.experiment.measure.Objectives;
import dev.kappa.fault.Fault;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The scalar m whose dependence on features is asked for. */
public enum TaskMetric {
    /** Σ over a sequence of the cross-entropy of its true next tokens, in nats; read from sequences. */
    @JsonProperty("next_token_loss")
    NEXT_TOKEN_LOSS,
    /** logit(clean answer) − logit(patch answer) at the last position; read from pairs. */
    @JsonProperty("logit_difference")
    LOGIT_DIFFERENCE,
    /** Log-probability of the clean answer at the last position, in nats; read from pairs. */
    @JsonProperty("target_logprob")
    TARGET_LOGPROB,
    /** Refused: its gradient at the clean run is zero. */
    @JsonProperty("kl_divergence")
    KL_DIVERGENCE;

    /**
     * A batch that this metric is measured on.
     *
     * @param pairs the batch's, in its order; empty where the metric reads sequences
     */
    record Work(TaskMetric metric, Batch batch, List<Pair> pairs) {
        /** The metric of the batch. */
        Objective objective() {
            return metric.objective(batch, pairs);
        }

        /** The metric of copies of the batch's items, given by number. */
        Objective objectiveOf(int... items) {
            return metric.objective(
                    new Batch(Arrays.stream(items).mapToObj(batch.sequences()::get).toList()),
                    metric.readsPairs()
                            ? Arrays.stream(items).mapToObj(pairs::get).toList()
                            : List.of());
        }
    }

    private Objective objective(Batch batch, List<Pair> pairs) {
        return switch (this) {
            case NEXT_TOKEN_LOSS -> Objectives.nextTokenLoss(batch);
            case LOGIT_DIFFERENCE -> Objectives.logitDifference(pairs, batch.length());
            case TARGET_LOGPROB -> Objectives.targetLogprob(pairs, batch.length());
            case KL_DIVERGENCE -> throw withoutGradient();
        };
    }

    /** Of numbers in this metric. */
    String unit() {
        return this == LOGIT_DIFFERENCE ? "logits" : "nats";
    }

    /** Refuses a metric that has no gradient, and a corpus that it cannot be read from. */
    void check(Shapes shapes, String corpus) {
        if (this == KL_DIVERGENCE) {
            throw withoutGradient();
        }
        if (readsPairs()) {
            shapes.requirePairs(corpus);
        } else {
            shapes.requireSequences(corpus);
        }
    }

    private static Fault withoutGradient() {
        return Fault.user(
                "metric_without_gradient",
                "metric 'kl_divergence' has zero gradient at the clean run, so that attribution patching says nothing"
                        + " about it; accepted: next_token_loss, logit_difference, target_logprob");
    }

    boolean readsPairs() {
        return this == LOGIT_DIFFERENCE || this == TARGET_LOGPROB;
    }

    /** The block's items in batches. */
    List<Work> work(Bench bench, int batchSize) {
        if (!readsPairs()) {
            return Batch.cut(bench.sequences(), batchSize).stream()
                    .map(batch -> new Work(this, batch, List.of()))
                    .toList();
        }
        List<Pair> pairs = bench.pairs();
        List<Work> work = new ArrayList<>();
        int from = 0;
        for (Batch batch : Batch.cut(pairs.stream().map(Pair::cleanSequence).toList(), batchSize)) {
            work.add(new Work(this, batch, pairs.subList(from, from + batch.size())));
            from += batch.size();
        }
        return work;
    }
}
