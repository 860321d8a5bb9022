package dev.kappa.catalog;

import dev.kappa.corpus.Encoding;
import dev.kappa.lm.Tokenizer;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/** A model's tokenizer as corpora see it. */
record ModelEncoding(Tokenizer tokenizer, int vocabulary) implements Encoding {
    @Override
    public int[] encode(String text) {
        return Arrays.stream(tokenizer.encodePlain(text)).mapToInt(Math::toIntExact).toArray();
    }

    @Override
    public OptionalInt start() {
        return optional(tokenizer.startToken());
    }

    @Override
    public OptionalInt separator() {
        return optional(tokenizer.eosToken());
    }

    private static OptionalInt optional(Optional<Integer> id) {
        return id.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }
}
