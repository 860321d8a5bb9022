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

    /** A batch and the objective that differentiates this metric on it. */
    record Work(Batch batch, Objective objective) {}

    /** Refuses a metric that has no gradient, and a corpus that it cannot be read from. */
    void check(Shapes shapes, String corpus) {
        if (this == KL_DIVERGENCE) {
            throw Fault.user(
                    "metric_without_gradient",
                    "metric 'kl_divergence' has zero gradient at the clean run, so that attribution patching says nothing"
                            + " about it; accepted: next_token_loss, logit_difference, target_logprob");
        }
        if (readsPairs()) {
            shapes.requirePairs(corpus);
        } else {
            shapes.requireSequences(corpus);
        }
    }

    boolean readsPairs() {
        return this == LOGIT_DIFFERENCE || this == TARGET_LOGPROB;
    }

    /** The block's items in batches, each with its objective. */
    List<Work> work(Bench bench, int batchSize) {
        if (!readsPairs()) {
            return Batch.cut(bench.sequences(), batchSize).stream()
                    .map(batch -> new Work(batch, Objectives.nextTokenLoss(batch)))
                    .toList();
        }
        List<Pair> pairs = bench.pairs();
        List<Batch> batches = Batch.cut(pairs.stream().map(Pair::cleanSequence).toList(), batchSize);
        List<Work> work = new ArrayList<>();
        int from = 0;
        for (Batch batch : batches) {
            List<Pair> part = pairs.subList(from, from + batch.size());
            work.add(new Work(
                    batch,
                    this == LOGIT_DIFFERENCE
                            ? Objectives.logitDifference(part, batch.length())
                            : Objectives.targetLogprob(part, batch.length())));
            from += batch.size();
        }
        return work;
    }
}
