package dev.kappa.corpus;

import java.util.OptionalInt;

/** What a corpus asks of a model's tokenizer. */
public interface Encoding {
    /** Token ids of a text, without any special token around it. */
    int[] encode(String text);

    /** What every sequence starts with, where the model's family wants one. */
    OptionalInt start();

    /** What stands between documents, where the tokenizer has an end-of-text token. */
    OptionalInt separator();

    /** One more than the largest id that the model's embedding has a row for. */
    int vocabulary();
}
