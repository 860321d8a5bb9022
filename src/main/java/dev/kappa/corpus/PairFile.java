package dev.kappa.corpus;

import dev.kappa.fault.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Pairs of prefixes in the format of feature-circuits: JSON lines with {@code clean_prefix},
 * {@code patch_prefix}, {@code clean_answer}, {@code patch_answer} and optionally {@code case}.
 *
 * <p>A pair is taken where, for the tokenizer at hand,
 *
 * <ol>
 *   <li>each answer is exactly one token,
 *   <li>both prefixes have the same number of tokens,
 *   <li>the tokens of prefix and answer are those of the prefix followed by the answer, on both sides,
 *   <li>the prefixes are no longer than asked for.
 * </ol>
 *
 * Prefixes start with the family's start token. A pair's index is its line's place among the file's pairs,
 * those left out included.
 */
final class PairFile {
    private final Encoding encoding;
    private final int longest;
    private final List<Pair> taken = new ArrayList<>();
    private final Map<PairSelection.Reason, Integer> dropped = new EnumMap<>(PairSelection.Reason.class);
    private int read;

    private PairFile(Encoding encoding, int longest) {
        this.encoding = encoding;
        this.longest = longest;
    }

    /** The pairs of a file that the rules and the wanted length let through, at most {@code longest} tokens long. */
    static PairSelection select(Path file, Encoding encoding, PairLength length, int longest) {
        PairFile pairs = new PairFile(encoding, longest);
        JsonLines.read(file, line -> {
            pairs.add(Written.of(line));
            return true;
        });
        List<Pair> taken = length.of(pairs.taken);
        if (taken.size() < pairs.taken.size()) {
            pairs.dropped.put(PairSelection.Reason.UNCOMMON_LENGTH, pairs.taken.size() - taken.size());
        }
        return new PairSelection(taken, pairs.read, pairs.dropped);
    }

    /** Reads every line and keeps nothing. Returns the number of pairs. */
    static long check(Path file) {
        long[] count = {0};
        JsonLines.read(file, line -> {
            Written.of(line);
            count[0]++;
            return true;
        });
        return count[0];
    }

    private void add(Written pair) {
        int index = read++;
        int[] cleanAnswer = encoding.encode(pair.cleanAnswer());
        int[] patchAnswer = encoding.encode(pair.patchAnswer());
        int[] clean = encoding.encode(pair.cleanPrefix());
        int[] patch = encoding.encode(pair.patchPrefix());
        if (cleanAnswer.length != 1 || patchAnswer.length != 1) {
            drop(PairSelection.Reason.ANSWER_NOT_ONE_TOKEN);
        } else if (clean.length != patch.length) {
            drop(PairSelection.Reason.LENGTHS_DIFFER);
        } else if (!additive(pair.cleanPrefix(), clean, pair.cleanAnswer(), cleanAnswer[0])
                || !additive(pair.patchPrefix(), patch, pair.patchAnswer(), patchAnswer[0])) {
            drop(PairSelection.Reason.NOT_ADDITIVE);
        } else if (started(clean).length > longest) {
            drop(PairSelection.Reason.TOO_LONG);
        } else {
            taken.add(new Pair(
                    index,
                    started(clean),
                    started(patch),
                    cleanAnswer[0],
                    patchAnswer[0],
                    pair.kind(),
                    encoding.start().isPresent() ? 1 : 0));
        }
    }

    private void drop(PairSelection.Reason reason) {
        dropped.merge(reason, 1, Integer::sum);
    }

    private boolean additive(String prefix, int[] prefixIds, String answer, int answerId) {
        int[] expected = Arrays.copyOf(prefixIds, prefixIds.length + 1);
        expected[prefixIds.length] = answerId;
        return Arrays.equals(expected, encoding.encode(prefix + answer));
    }

    private int[] started(int[] ids) {
        OptionalInt start = encoding.start();
        if (start.isEmpty()) {
            return ids;
        }
        int[] all = new int[ids.length + 1];
        all[0] = start.getAsInt();
        System.arraycopy(ids, 0, all, 1, ids.length);
        return all;
    }

    /** A line as it is written. */
    private record Written(
            String cleanPrefix, String patchPrefix, String cleanAnswer, String patchAnswer, String kind) {
        static Written of(JsonLines.Line line) {
            Written pair = new Written(
                    line.string("clean_prefix"),
                    line.string("patch_prefix"),
                    line.string("clean_answer"),
                    line.string("patch_answer"),
                    line.object().has("case") ? line.string("case") : "");
            if (pair.cleanPrefix.isEmpty() || pair.patchPrefix.isEmpty()) {
                throw line.malformed("a prefix is empty");
            }
            return pair;
        }
    }
}
