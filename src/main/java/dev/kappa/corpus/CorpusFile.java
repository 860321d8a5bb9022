package dev.kappa.corpus;

import dev.kappa.fault.Fault;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A corpus file as it is registered.
 *
 * @param hash SHA-256 of its bytes, in hex
 * @param limit of a text or JSON-lines file, the most token ids that are taken from it
 */
public record CorpusFile(Path path, String hash, CorpusKind kind, long limit) {
    /** 4 Mi ids: 32,768 sequences of 128. */
    public static final long DEFAULT_LIMIT = 1L << 22;
    /** 256 Mi ids. */
    public static final long HIGHEST_LIMIT = 1L << 28;

    /** What a file is, by its name and, for JSON lines, by the fields of its first object. */
    public static CorpusKind detect(Path file) {
        String name = file.getFileName().toString();
        if (!Files.isRegularFile(file)) {
            throw Fault.user("file_missing", "corpus file '" + file + "' does not exist");
        }
        if (name.endsWith(".safetensors")) {
            return CorpusKind.TOKENS;
        }
        if (name.endsWith(".jsonl") || name.endsWith(".json")) {
            CorpusKind[] kind = {CorpusKind.JSONL};
            JsonLines.read(file, line -> {
                kind[0] = line.object().has("clean_prefix") ? CorpusKind.PAIRS : CorpusKind.JSONL;
                return false;
            });
            return kind[0];
        }
        if (name.endsWith(".txt")) {
            return CorpusKind.TEXT;
        }
        throw Fault.user(
                "unknown_corpus_kind",
                "corpus file '" + file + "' ends neither in .txt, .jsonl, .json nor .safetensors; name its kind:"
                        + " text, jsonl, tokens or pairs");
    }

    /**
     * Reads the whole file once and refuses it where it is malformed or holds nothing. Returns how many
     * documents, pairs or sequences there are.
     */
    public static long check(Path file, CorpusKind kind) {
        long items =
                switch (kind) {
                    case TEXT, JSONL -> documents(file, kind);
                    case PAIRS -> PairFile.check(file);
                    case TOKENS -> TokenRows.open(file).rows();
                };
        if (items == 0) {
            throw Fault.user("corpus_empty", "corpus file '" + file + "' holds no " + kind.label());
        }
        return items;
    }

    private static long documents(Path file, CorpusKind kind) {
        Counter counter = new Counter();
        if (kind == CorpusKind.TEXT) {
            TextDocuments.read(file, counter);
        } else {
            JsonDocuments.read(file, counter);
        }
        return counter.count;
    }

    private static final class Counter implements DocumentVisitor {
        private long count;

        @Override
        public boolean text(String document) {
            count++;
            return true;
        }

        @Override
        public boolean tokens(int[] document, long line) {
            count++;
            return true;
        }
    }
}
