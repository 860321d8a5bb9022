package dev.kappa.catalog;

import dev.kappa.corpus.CorpusKind;
import dev.kappa.corpus.PairLength;

/**
 * Of a corpus.
 *
 * @param items documents, sequences or pairs in the file
 * @param maxTokens of text or JSON lines, how many token ids are taken from it at most
 * @param pairLength of pairs, which lengths are taken
 */
record CorpusFacts(CorpusKind kind, long items, long maxTokens, PairLength pairLength) implements Facts {}
