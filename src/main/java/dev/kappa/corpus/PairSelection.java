package dev.kappa.corpus;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The pairs of a file that suit a tokenizer, and why the others do not.
 *
 * @param pairs those taken, in the file's order
 * @param read pairs in the file
 * @param dropped how many were left out, by the first reason that applied
 */
public record PairSelection(List<Pair> pairs, int read, Map<Reason, Integer> dropped) {
    public PairSelection {
        pairs = List.copyOf(pairs);
        dropped = Collections.unmodifiableMap(new TreeMap<>(dropped));
    }

    /** Why a pair is left out. */
    public enum Reason {
        /** An answer is none or several tokens. */
        ANSWER_NOT_ONE_TOKEN,
        /** The two prefixes have different numbers of tokens. */
        LENGTHS_DIFFER,
        /** Tokenising prefix and answer together gives other tokens than apart. */
        NOT_ADDITIVE,
        /** The prefixes are longer than asked for. */
        TOO_LONG,
        /** The prefixes have another length than most of those that remain. */
        UNCOMMON_LENGTH;

        /** The name in the API. */
        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
