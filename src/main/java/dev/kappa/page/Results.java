package dev.kappa.page;

import java.util.List;

/**
 * What a run found, or what its blocks say so far, in the order in which it is read.
 *
 * @param partial true where blocks are missing
 * @param blocks how many blocks it rests on
 */
record Results(
        boolean partial,
        int blocks,
        List<Headline> headlines,
        List<Caution> cautions,
        List<MetricGroup> metrics,
        List<Picture> figures) {
    public boolean isEmpty() {
        return metrics.isEmpty() && figures.isEmpty();
    }

    public boolean warns() {
        return cautions.stream().anyMatch(caution -> caution.flag().cautions());
    }
}
