package dev.kappa.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.corpus.CorpusFile;
import dev.kappa.corpus.CorpusKind;
import dev.kappa.corpus.CorpusReader;
import dev.kappa.corpus.CorpusReader.Tokens;
import dev.kappa.corpus.PairLength;
import dev.kappa.corpus.PairSelection;
import dev.kappa.corpus.Sequence;
import dev.kappa.lm.ModelFolder;
import dev.kappa.lm.Tokenizer;
import dev.kappa.testing.Checked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With real tokenizers on text and pairs that people use, where they are on this machine. */
class RealCorporaTest {
    private static final Path SHARED = Path.of("../shared");
    private static final Path NEOX = Path.of("src/main/resources/bundled/models/stories-neox");
    private static final Path LLAMA = SHARED.resolve("models/tinystories-656k");

    @TempDir
    Path streams;

    @Test
    void stories_are_cut_into_windows_that_read_back_as_text() throws IOException {
        Path text = SHARED.resolve("data/tinystories/tinystories_train_first_2MiB.txt");
        Checked.where(Files.exists(text), "the TinyStories text is not on this machine");
        ModelFolder model = ModelFolder.open(NEOX);
        try (Tokenizer tokenizer = model.tokenizer()) {
            Tokens tokens = tokens(model, tokenizer);
            CorpusFile corpus = new CorpusFile(text, "stories", CorpusKind.TEXT, CorpusFile.DEFAULT_LIMIT);
            CorpusReader reader = new CorpusReader(streams);
            long start = System.nanoTime();
            int available = reader.available(corpus, tokens, 128);
            System.out.printf(
                    "%d sequences of 128 from %d KiB in %d ms%n",
                    available, Files.size(text) >> 10, (System.nanoTime() - start) / 1_000_000);
            List<Sequence> all = reader.sequences(corpus, tokens, 128, available, 1);
            StringBuilder decoded = new StringBuilder();
            all.stream()
                    .sorted((left, right) -> Long.compare(left.index(), right.index()))
                    .limit(20)
                    .forEach(sequence -> decoded.append(
                            tokenizer.decode(Arrays.stream(sequence.tokens()).asLongStream().toArray())));
            String written = Files.readString(text).replaceAll("\\s*<\\|endoftext\\|>\\s*", "<|endoftext|>");
            assertThat(available).isGreaterThan(4000);
            assertThat(written).startsWith(decoded.substring(0, decoded.length() - 10));
        }
    }

    @Test
    void a_family_with_a_start_token_has_it_before_every_window_and_out_of_the_statistics() {
        Checked.where(Files.exists(LLAMA), "the Llama model is not on this machine");
        Path text = SHARED.resolve("data/tinystories/tinystories_train_first_2MiB.txt");
        ModelFolder model = ModelFolder.open(LLAMA);
        try (Tokenizer tokenizer = model.tokenizer()) {
            CorpusFile corpus = new CorpusFile(text, "stories", CorpusKind.TEXT, 100_000);
            List<Sequence> sequences =
                    new CorpusReader(streams).sequences(corpus, tokens(model, tokenizer), 64, 500, 1);
            int start = tokenizer.startToken().orElseThrow();
            assertThat(sequences).allSatisfy(sequence -> {
                assertThat(sequence.tokens()).hasSize(64);
                assertThat(sequence.tokens()[0]).isEqualTo(start);
                assertThat(sequence.firstCounted()).isEqualTo(1);
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"simple_train, 480", "nounpp_train, 1920", "within_rc_train, 9600"})
    void published_pairs_are_taken_or_left_out_for_a_reason(String name, int lines) {
        Path file = SHARED.resolve("data/sva/" + name + ".json");
        Checked.where(Files.exists(file), "the feature-circuits pairs are not on this machine");
        ModelFolder model = ModelFolder.open(NEOX);
        try (Tokenizer tokenizer = model.tokenizer()) {
            CorpusFile corpus = new CorpusFile(file, name, CorpusKind.PAIRS, CorpusFile.DEFAULT_LIMIT);
            PairSelection selection =
                    new CorpusReader(streams).pairs(corpus, tokens(model, tokenizer), PairLength.COMMON, 64);
            int dropped = selection.dropped().values().stream().mapToInt(Integer::intValue).sum();
            System.out.printf("%s: %d taken, left out %s%n", name, selection.pairs().size(), selection.dropped());
            assertThat(selection.read()).isEqualTo(lines);
            assertThat(selection.pairs().size() + dropped).isEqualTo(lines);
            assertThat(selection.pairs()).isNotEmpty();
            assertThat(selection.pairs())
                    .allSatisfy(pair -> assertThat(pair.clean()).hasSameSizeAs(pair.patch()));
        }
    }

    private static Tokens tokens(ModelFolder model, Tokenizer tokenizer) {
        return new Tokens(new ModelEncoding(tokenizer, model.architecture().vocabulary()), "t");
    }
}
