package dev.kappa.lm;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.kappa.fault.Fault;
import dev.kappa.lm.block.ConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Text to token ids and back, as {@code tokenizer.json} says. A family's rule for the beginning of a sequence
 * is part of that file (or, for older ones, {@code add_bos_token} of {@code tokenizer_config.json}).
 */
public final class Tokenizer implements AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;
    private final int vocabulary;
    private final Optional<Integer> startToken;
    private final Optional<Integer> bosToken;
    private final Optional<Integer> eosToken;

    private Tokenizer(
            HuggingFaceTokenizer tokenizer,
            int vocabulary,
            Optional<Integer> startToken,
            Optional<Integer> bosToken,
            Optional<Integer> eosToken) {
        this.tokenizer = tokenizer;
        this.vocabulary = vocabulary;
        this.startToken = startToken;
        this.bosToken = bosToken;
        this.eosToken = eosToken;
    }

    /**
     * @param bosToken by the model's configuration; where it is absent, by {@code tokenizer_config.json}
     * @param eosToken in the same way
     */
    static Tokenizer open(Path folder, Optional<Integer> bosToken, Optional<Integer> eosToken) {
        Path settingsFile = folder.resolve("tokenizer_config.json");
        ConfigFile settings = Files.isRegularFile(settingsFile) ? ConfigFile.read(settingsFile) : ConfigFile.empty();
        Path file = folder.resolve("tokenizer.json");
        HuggingFaceTokenizer tokenizer = read(file);
        try {
            Optional<Integer> bos = bosToken.or(() -> special(settings, "bos_token", tokenizer));
            Optional<Integer> eos = eosToken.or(() -> special(settings, "eos_token", tokenizer));
            Optional<Integer> start =
                    start(tokenizer).or(() -> settings.flag(false, "add_bos_token") ? bos : Optional.empty());
            return new Tokenizer(tokenizer, VocabularySize.of(file), start, bos, eos);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** The token that the family puts at position 0 of every sequence; its position is no part of statistics. */
    public Optional<Integer> startToken() {
        return startToken;
    }

    public Optional<Integer> bosToken() {
        return bosToken;
    }

    public Optional<Integer> eosToken() {
        return eosToken;
    }

    /** One more than the largest id that the tokenizer knows. */
    public int vocabulary() {
        return vocabulary;
    }

    /** The text's ids, after the start token where the family has one. */
    public long[] encode(String text) {
        long[] ids = encodePlain(text);
        return startToken
                .map(start -> LongStream.concat(LongStream.of(start), Arrays.stream(ids)).toArray())
                .orElse(ids);
    }

    /** The text's ids and nothing else. */
    public long[] encodePlain(String text) {
        return tokenizer.encode(text, false, false).getIds();
    }

    /** The text of ids, special tokens spelled out. */
    public String decode(long... ids) {
        return tokenizer.decode(ids, false);
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private static HuggingFaceTokenizer read(Path file) {
        try {
            return HuggingFaceTokenizer.builder()
                    .optTokenizerPath(file)
                    .optTruncation(false)
                    .optPadding(false)
                    .build();
        } catch (IOException | RuntimeException e) {
            throw Fault.user("tokenizer_malformed", file.getFileName() + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** A special token is named as text, or as an object that holds the text. */
    private static Optional<Integer> special(ConfigFile settings, String name, HuggingFaceTokenizer tokenizer) {
        String text = settings.isObject(name) ? settings.section(name).text("", "content") : settings.text("", name);
        long[] ids = text.isEmpty() ? new long[0] : tokenizer.encode(text, false, false).getIds();
        return ids.length == 1 ? Optional.of((int) ids[0]) : Optional.empty();
    }

    /** What the file's own rule puts before a text. */
    private static Optional<Integer> start(HuggingFaceTokenizer tokenizer) {
        long[] plain = tokenizer.encode("a", false, false).getIds();
        long[] full = tokenizer.encode("a", true, false).getIds();
        if (Arrays.equals(plain, full)) {
            return Optional.empty();
        }
        if (full.length == plain.length + 1 && Arrays.equals(plain, Arrays.copyOfRange(full, 1, full.length))) {
            return Optional.of((int) full[0]);
        }
        throw ConfigFile.unsupported("the tokenizer makes " + Arrays.toString(full) + " of " + Arrays.toString(plain)
                + "; accepted: at most one token added, at the start");
    }
}
