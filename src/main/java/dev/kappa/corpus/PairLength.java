package dev.kappa.corpus;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Which lengths of prefix a run takes from a file of pairs. Equal lengths go through a model together. */
public enum PairLength {
    /** Only the commonest length; of two that are equally common the shorter. */
    @JsonProperty("common")
    COMMON,
    /** Every length. */
    @JsonProperty("any")
    ANY;

    List<Pair> of(List<Pair> pairs) {
        if (this == ANY || pairs.isEmpty()) {
            return pairs;
        }
        Map<Integer, Long> counts = pairs.stream()
                .collect(Collectors.groupingBy(pair -> pair.clean().length, TreeMap::new, Collectors.counting()));
        long most = counts.values().stream().max(Long::compare).orElseThrow();
        int length = counts.keySet().stream().filter(key -> counts.get(key) == most).findFirst().orElseThrow();
        return pairs.stream().filter(pair -> pair.clean().length == length).toList();
    }
}
