package dev.kappa.catalog;

import dev.kappa.corpus.CorpusFile;
import dev.kappa.corpus.CorpusKind;
import dev.kappa.corpus.PairLength;
import dev.kappa.lm.HookPoint;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.Optional;

/** What is to be registered, as it is posted. */
sealed interface Registration {
    String ID = "[a-z0-9][a-z0-9._-]{0,62}";

    String ID_RULE = "must be 1 to 63 of a-z, 0-9, '.', '_', '-', and start with a letter or digit";

    /** The class of a shelf's registrations. */
    static Class<? extends Registration> of(Shelf shelf) {
        return switch (shelf) {
            case MODEL -> Model.class;
            case SAE -> Dictionary.class;
            case CORPUS -> Corpus.class;
        };
    }

    String id();

    /** Absent where a recipe of the catalog has this id. */
    String source();

    /** What is filled in from a recipe. */
    Registration from(Recipe recipe);

    /** Whether an entry with these facts is what is asked for, its source being the same. */
    boolean agreesWith(Facts facts);

    /** A model from a source. */
    record Model(
            @NotNull @Pattern(regexp = ID, message = ID_RULE) String id,
            String source) implements Registration {
        @Override
        public Model from(Recipe recipe) {
            return new Model(id, recipe.source());
        }

        @Override
        public boolean agreesWith(Facts facts) {
            return true;
        }
    }

    /**
     * A dictionary from a source.
     *
     * @param hook where its files do not say where it was trained
     * @param saelensCompat reads Llama Scope as SAELens does
     */
    record Dictionary(
            @NotNull @Pattern(regexp = ID, message = ID_RULE) String id,
            String source,
            String hook,
            boolean saelensCompat) implements Registration {
        @Override
        public Dictionary from(Recipe recipe) {
            return new Dictionary(
                    id, recipe.source(), hook == null ? recipe.hook().orElse(null) : hook, saelensCompat);
        }

        @Override
        public boolean agreesWith(Facts facts) {
            SaeFacts sae = (SaeFacts) facts;
            return sae.saelensCompat() == saelensCompat && sae.hook().equals(parsedHook());
        }

        Optional<String> parsedHook() {
            return Optional.ofNullable(hook).map(name -> HookPoint.parse(name).toString());
        }
    }

    /** A corpus from a source. The kind is found out where it is not given. */
    record Corpus(
            @NotNull @Pattern(regexp = ID, message = ID_RULE) String id,
            String source,
            String kind,
            @Min(1) @Max(CorpusFile.HIGHEST_LIMIT) Long maxTokens,
            PairLength pairLength) implements Registration {
        @Override
        public Corpus from(Recipe recipe) {
            return new Corpus(id, recipe.source(), kind, maxTokens, pairLength);
        }

        @Override
        public boolean agreesWith(Facts facts) {
            CorpusFacts corpus = (CorpusFacts) facts;
            return (kind == null || CorpusKind.of(kind) == corpus.kind())
                    && corpus.maxTokens() == limit()
                    && corpus.pairLength() == length();
        }

        long limit() {
            return Optional.ofNullable(maxTokens).orElse(CorpusFile.DEFAULT_LIMIT);
        }

        PairLength length() {
            return Optional.ofNullable(pairLength).orElse(PairLength.COMMON);
        }
    }
}
