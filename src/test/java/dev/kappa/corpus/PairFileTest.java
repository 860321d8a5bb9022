package dev.kappa.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.corpus.PairSelection.Reason;
import dev.kappa.fault.Fault;
import dev.kappa.testing.Checked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairFileTest {
    @TempDir
    Path folder;

    @Test
    void a_pair_becomes_two_prefixes_and_two_single_tokens() throws IOException {
        WordEncoding encoding = new WordEncoding(true, true);
        Pair pair = select(encoding, 8, line("The dogs", "The dog", " are", " is", "plural")).pairs().get(0);

        assertThat(encoding.decode(pair.clean())).isEqualTo("<The dogs");
        assertThat(encoding.decode(pair.patch())).isEqualTo("<The dog");
        assertThat(encoding.decode(new int[] {pair.cleanAnswer(), pair.patchAnswer()})).isEqualTo(" are is");
        assertThat(pair.kind()).isEqualTo("plural");
    }

    @Test
    void what_does_not_suit_the_tokenizer_is_counted_by_reason() throws IOException {
        PairSelection selection = select(
                new WordEncoding(false, true),
                2,
                line("The cat", "The cats", " is", " are", "a"),
                line("The cat", "The cats", " is not", " are", "b"),
                line("The animal", "The animals", " is", " are", "c"),
                line("The cat", "The cats", "is", "are", "d"),
                line("The old cat", "The old cats", " is", " are", "e"),
                line("The dog", "The dogs", " is", " are", "f"));

        assertThat(selection.read()).isEqualTo(6);
        assertThat(selection.dropped())
                .containsEntry(Reason.ANSWER_NOT_ONE_TOKEN, 1)
                .containsEntry(Reason.LENGTHS_DIFFER, 1)
                .containsEntry(Reason.NOT_ADDITIVE, 1)
                .containsEntry(Reason.TOO_LONG, 1);
        assertThat(selection.pairs()).extracting(Pair::index).containsExactly(0L, 5L);
        assertThat(selection.pairs()).extracting(Pair::kind).containsExactly("a", "f");
    }

    @Test
    void only_the_commonest_length_is_taken_where_that_is_asked_for() throws IOException {
        PairSelection selection = select(
                new WordEncoding(false, true),
                PairLength.COMMON,
                8,
                line("The cat", "The cats", " is", " are", "short"),
                line("The old cat", "The old cats", " is", " are", "long"),
                line("The old dog", "The old dogs", " is", " are", "long"));

        assertThat(selection.pairs()).extracting(Pair::kind).containsExactly("long", "long");
        assertThat(selection.dropped()).containsExactly(Map.entry(Reason.UNCOMMON_LENGTH, 1));
    }

    @Test
    void a_missing_field_is_refused_with_its_line() throws IOException {
        Path file = Files.writeString(folder.resolve("p.json"), "{\"clean_prefix\": \"The\"}");
        assertThatThrownBy(() -> CorpusFile.check(file, CorpusKind.PAIRS))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("line 1")
                .hasMessageContaining("patch_prefix");
    }

    @Test
    void the_published_agreement_pairs_are_read() {
        Path published = Path.of("../shared/data/sva/within_rc_test.json");
        Checked.where(Files.exists(published), "the feature-circuits pairs are not on this machine");

        assertThat(CorpusFile.detect(published)).isEqualTo(CorpusKind.PAIRS);
        assertThat(CorpusFile.check(published, CorpusKind.PAIRS)).isEqualTo(2400);
    }

    private PairSelection select(Encoding encoding, int longest, String... lines) throws IOException {
        return select(encoding, PairLength.ANY, longest, lines);
    }

    private PairSelection select(Encoding encoding, PairLength length, int longest, String... lines)
            throws IOException {
        Path file = Files.writeString(folder.resolve("pairs.json"), String.join("\n", lines));
        return PairFile.select(file, encoding, length, longest);
    }

    private static String line(String clean, String patch, String cleanAnswer, String patchAnswer, String kind) {
        return """
                {"clean_prefix": "%s", "patch_prefix": "%s", "clean_answer": "%s", "patch_answer": "%s", "case": "%s"}"""
                .formatted(clean, patch, cleanAnswer, patchAnswer, kind);
    }
}
