package dev.kappa.corpus;

import dev.kappa.fault.Fault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Items of corpora for a tokenizer. Token streams of text are made once and kept in a directory, pairs of the
 * files used last in memory.
 */
public final class CorpusReader {
    /** Changes when a change of the rules gives other tokens for the same file and tokenizer. */
    private static final String RULES = "stream-1";

    private static final int REMEMBERED = 8;

    private final Path streams;
    private final Map<String, Object> making = new ConcurrentHashMap<>();
    private final Map<String, PairSelection> pairs = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, PairSelection> eldest) {
            return size() > REMEMBERED;
        }
    });

    /** A reader that keeps its token streams in a directory. */
    public CorpusReader(Path streams) {
        this.streams = streams;
    }

    /**
     * A tokenizer by content.
     *
     * @param hash SHA-256 of its files, which the kept streams are filed under
     */
    public record Tokens(Encoding encoding, String hash) {}

    /** How many sequences of this length there are. */
    public int available(CorpusFile corpus, Tokens tokens, int length) {
        long available =
                switch (corpus.kind()) {
                    case TEXT, JSONL -> stream(corpus, tokens).windows(length, tokens.encoding());
                    case TOKENS -> rows(corpus, length).rows();
                    case PAIRS -> throw wrongKind(corpus, "sequences");
                };
        return (int) Math.min(available, Integer.MAX_VALUE - 8);
    }

    /** The first {@code count} sequences in the order that the seed gives. */
    public List<Sequence> sequences(CorpusFile corpus, Tokens tokens, int length, int count, long seed) {
        int available = available(corpus, tokens, length);
        int[] order = SeededOrder.first(count, available, seed);
        long[] numbers = Arrays.stream(order).asLongStream().toArray();
        Sequence[] sequences = corpus.kind() == CorpusKind.TOKENS
                ? rows(corpus, length).read(numbers, length, tokens.encoding())
                : stream(corpus, tokens).read(numbers, length, tokens.encoding());
        return List.of(sequences);
    }

    /** All pairs that suit the tokenizer, in the file's order. */
    public PairSelection pairs(CorpusFile corpus, Tokens tokens, PairLength length, int longest) {
        if (corpus.kind() != CorpusKind.PAIRS) {
            throw wrongKind(corpus, "pairs");
        }
        return pairs.computeIfAbsent(
                corpus.hash() + " " + tokens.hash() + " " + length + " " + longest,
                key -> PairFile.select(corpus.path(), tokens.encoding(), length, longest));
    }

    private TokenRows rows(CorpusFile corpus, int length) {
        TokenRows rows = TokenRows.open(corpus.path());
        if (length > rows.width()) {
            throw Fault.user(
                    "sequence_too_long",
                    "sequences of length " + length + " were asked for, but corpus file '" + corpus.path()
                            + "' holds sequences of " + rows.width() + " tokens");
        }
        return rows;
    }

    private TokenStream stream(CorpusFile corpus, Tokens tokens) {
        String key = sha256(RULES + " " + corpus.hash() + " " + corpus.kind() + " " + corpus.limit() + " "
                + tokens.hash() + " " + tokens.encoding().separator() + " " + tokens.encoding().vocabulary());
        Path file = streams.resolve(key + ".i32");
        synchronized (making.computeIfAbsent(key, any -> new Object())) {
            return Files.exists(file)
                    ? TokenStream.open(file)
                    : TokenStream.make(corpus.path(), corpus.kind(), tokens.encoding(), corpus.limit(), file);
        }
    }

    private static Fault wrongKind(CorpusFile corpus, String wanted) {
        return Fault.user(
                "wrong_corpus_kind",
                "this experiment reads " + wanted + ", but corpus file '" + corpus.path() + "' is of kind "
                        + corpus.kind().label());
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw Fault.internal("no_sha256", "this Java runtime has no SHA-256", e);
        }
    }
}
