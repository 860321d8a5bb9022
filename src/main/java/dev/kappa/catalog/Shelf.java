package dev.kappa.catalog;

import java.util.Locale;

/** What kinds of thing are registered. Ids are unique on a shelf. */
public enum Shelf {
    MODEL("models", ModelFacts.class),
    SAE("saes", SaeFacts.class),
    CORPUS("corpora", CorpusFacts.class);

    private final String plural;
    private final Class<? extends Facts> facts;

    Shelf(String plural, Class<? extends Facts> facts) {
        this.plural = plural;
        this.facts = facts;
    }

    /** The shelf of a {@link #label}. */
    static Shelf of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }

    /** The word in codes, hashes and messages: {@code model}, {@code sae}, {@code corpus}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    String plural() {
        return plural;
    }

    Class<? extends Facts> facts() {
        return facts;
    }
}
