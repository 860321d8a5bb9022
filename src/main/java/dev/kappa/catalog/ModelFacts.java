package dev.kappa.catalog;

import java.util.Optional;

/**
 * Of a model.
 *
 * @param tokenizer absent where the model takes token ids only
 */
record ModelFacts(Optional<TokenizerFacts> tokenizer) implements Facts {
    /**
     * Of its tokenizer.
     *
     * @param hash SHA-256 of its files
     * @param startToken what every sequence starts with, where the family wants it
     * @param separatorToken what stands between documents
     */
    record TokenizerFacts(String hash, Optional<Integer> startToken, Optional<Integer> separatorToken) {}
}
