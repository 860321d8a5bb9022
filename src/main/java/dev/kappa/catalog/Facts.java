package dev.kappa.catalog;

/** What is known of a registered thing beside its files; kept as JSON in its row. */
sealed interface Facts permits ModelFacts, SaeFacts, CorpusFacts {}
