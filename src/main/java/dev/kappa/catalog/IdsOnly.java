package dev.kappa.catalog;

import dev.kappa.corpus.Encoding;
import dev.kappa.fault.Fault;
import java.util.OptionalInt;

/** Stands in for the tokenizer of a model that has none: token ids pass, text is refused. */
record IdsOnly(String model, int vocabulary) implements Encoding {
    @Override
    public int[] encode(String text) {
        throw Fault.user(
                "tokenizer_missing",
                "model '" + model + "' has no tokenizer.json, so that it reads corpora of token ids and no text");
    }

    @Override
    public OptionalInt start() {
        return OptionalInt.empty();
    }

    @Override
    public OptionalInt separator() {
        return OptionalInt.empty();
    }
}
