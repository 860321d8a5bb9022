package dev.kappa.corpus;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.kappa.fault.Fault;
import java.util.Arrays;
import java.util.Locale;

/** How a corpus file is written. */
public enum CorpusKind {
    /** UTF-8 text, see {@link TextDocuments}. */
    TEXT,
    /** One JSON object a line, see {@link JsonDocuments}. */
    JSONL,
    /** Ready sequences of token ids, see {@link TokenRows}. */
    TOKENS,
    /** One pair of prefixes a line, see {@link PairFile}. */
    PAIRS;

    /** The name in the API. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The kind of this name. */
    public static CorpusKind of(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label().equals(label))
                .findFirst()
                .orElseThrow(() -> Fault.user(
                        "unknown_corpus_kind",
                        "corpus kind '" + label + "' is not known; accepted: text, jsonl, tokens, pairs"));
    }
}
