package dev.kappa.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.corpus.CorpusReader.Tokens;
import dev.kappa.fault.Fault;
import dev.kappa.weights.SafetensorsWriter;
import dev.kappa.weights.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusReaderTest {
    @TempDir
    Path folder;

    private CorpusReader reader;
    private final WordEncoding plain = new WordEncoding(false, true);

    @BeforeEach
    void reader() {
        reader = new CorpusReader(folder.resolve("streams"));
    }

    @Test
    void documents_are_joined_with_the_separator_and_cut_into_windows_of_exactly_the_length() throws IOException {
        CorpusFile corpus = text("a b c<|endoftext|>d e<|endoftext|>f g h i j");

        assertThat(windows(corpus, plain, 4)).containsExactly("a b c|", "d e|f", " g h i j");
    }

    @Test
    void a_rest_that_fills_no_window_is_left_out() throws IOException {
        assertThat(windows(text("a b c d e f g"), plain, 3)).containsExactly("a b c", " d e f");
    }

    @Test
    void each_window_starts_with_the_start_token_where_the_family_has_one() throws IOException {
        WordEncoding starting = new WordEncoding(true, true);

        assertThat(windows(text("a b c<|endoftext|>d e"), starting, 3)).containsExactly("<a b", "< c|", "<d e");
    }

    @Test
    void without_an_end_of_text_token_documents_follow_each_other() throws IOException {
        WordEncoding bare = new WordEncoding(false, false);

        assertThat(windows(text("a b<|endoftext|>c d"), bare, 2)).containsExactly("a b", "c d");
    }

    @Test
    void json_lines_hold_texts_or_token_ids() throws IOException {
        plain.encode("x y z");
        CorpusFile corpus = corpus("c.jsonl", """
                {"text": "x y", "meta": 1}

                {"tokens": [4, 4]}
                {"text": "  "}
                {"text": "z"}""");

        assertThat(corpus.kind()).isEqualTo(CorpusKind.JSONL);
        assertThat(windows(corpus, plain, 2)).containsExactly("x y", "| z", " z|");
    }

    @Test
    void the_limit_ends_the_stream() throws IOException {
        Path file = Files.writeString(folder.resolve("long.txt"), "a b<|endoftext|>".repeat(1000));
        CorpusFile corpus = new CorpusFile(file, "hash", CorpusKind.TEXT, 10);

        assertThat(reader.available(corpus, new Tokens(plain, "t"), 2)).isEqualTo(5);
    }

    @Test
    void the_order_depends_on_the_seed_and_a_longer_run_begins_with_a_shorter_one() throws IOException {
        CorpusFile corpus = text("a b c d e f g h i j k l m n o p");
        Tokens tokens = new Tokens(plain, "t");

        List<Long> all = indices(reader.sequences(corpus, tokens, 1, 16, 7));
        assertThat(all).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 16).asLongStream().boxed().toList());
        assertThat(indices(reader.sequences(corpus, tokens, 1, 5, 7))).isEqualTo(all.subList(0, 5));
        assertThat(indices(reader.sequences(corpus, tokens, 1, 16, 8))).isNotEqualTo(all);
    }

    @Test
    void the_stream_is_made_once_for_a_tokenizer() throws IOException {
        CorpusFile corpus = text("a b c d");
        reader.available(corpus, new Tokens(plain, "t"), 2);
        Files.delete(corpus.path());

        assertThat(new CorpusReader(folder.resolve("streams")).available(corpus, new Tokens(plain, "t"), 1))
                .isEqualTo(4);
        assertThat(folder.resolve("streams")).isDirectoryContaining("glob:**.i32");
        assertThat(folder.resolve("streams").toFile().list()).hasSize(1);
    }

    @Test
    void a_token_outside_the_vocabulary_is_refused_with_its_line() throws IOException {
        CorpusFile corpus = corpus("c.jsonl", "{\"tokens\": [1]}\n{\"tokens\": [1000]}");

        assertThatThrownBy(() -> reader.available(corpus, new Tokens(plain, "t"), 1))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("1000");
        assertThat(folder.resolve("streams").toFile().list()).as("nothing half-written").isEmpty();
    }

    @Test
    void malformed_lines_are_named() throws IOException {
        for (String line : List.of("{", "[]", "{\"txt\": \"a\"}", "{\"tokens\": [1.5]}", "{\"text\": 3}", "{} {}")) {
            Path file = Files.writeString(folder.resolve("bad.jsonl"), "{\"text\": \"fine\"}\n" + line);
            assertThatThrownBy(() -> CorpusFile.check(file, CorpusKind.JSONL))
                    .as(line)
                    .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo("corpus_malformed"))
                    .hasMessageContaining("bad.jsonl', line 2");
        }
    }

    @Test
    void an_empty_file_is_refused() throws IOException {
        Path file = Files.writeString(folder.resolve("empty.txt"), "\n");
        assertThatThrownBy(() -> CorpusFile.check(file, CorpusKind.TEXT)).hasMessageContaining("empty.txt");
    }

    @Test
    void a_file_of_an_unknown_ending_is_not_guessed() throws IOException {
        Path file = Files.writeString(folder.resolve("words.csv"), "a,b");
        assertThatThrownBy(() -> CorpusFile.detect(file)).hasMessageContaining("text, jsonl, tokens or pairs");
    }

    @Test
    void rows_of_a_token_file_are_sequences_and_are_cut_to_the_length() {
        CorpusFile corpus = rows(new long[] {5, 6, 7, 8, 9, 10}, 2, 3);
        Tokens tokens = new Tokens(plain, "t");

        assertThat(reader.available(corpus, tokens, 2)).isEqualTo(2);
        assertThat(reader.sequences(corpus, tokens, 2, 2, 1))
                .extracting(sequence -> sequence.index() + ":" + sequence.tokens()[0] + "," + sequence.tokens()[1])
                .containsExactlyInAnyOrder("0:5,6", "1:8,9");
    }

    @Test
    void sequences_longer_than_the_rows_of_a_token_file_are_refused() {
        CorpusFile corpus = rows(new long[] {5, 6}, 1, 2);
        assertThatThrownBy(() -> reader.available(corpus, new Tokens(plain, "t"), 3))
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo("sequence_too_long"))
                .hasMessageContaining("length 3")
                .hasMessageContaining("2 tokens");
    }

    @Test
    void a_row_with_an_id_outside_the_vocabulary_is_refused() {
        CorpusFile corpus = rows(new long[] {5, -1}, 2, 1);
        assertThatThrownBy(() -> reader.sequences(corpus, new Tokens(plain, "t"), 1, 2, 1))
                .hasMessageContaining("id -1 of sequence 1");
    }

    @Test
    void a_token_file_of_another_shape_is_refused() {
        Path file = folder.resolve("flat.safetensors");
        SafetensorsWriter.write(file, Map.of("tokens", TensorData.i64(new long[] {1, 2}, 2)), Map.of());
        assertThatThrownBy(() -> CorpusFile.check(file, CorpusKind.TOKENS)).hasMessageContaining("[sequences, length]");
    }

    private CorpusFile rows(long[] ids, long... shape) {
        Path file = folder.resolve("rows.safetensors");
        SafetensorsWriter.write(file, Map.of("tokens", TensorData.i64(ids, shape)), Map.of());
        return new CorpusFile(file, "rows", CorpusFile.detect(file), CorpusFile.DEFAULT_LIMIT);
    }

    private List<String> windows(CorpusFile corpus, WordEncoding encoding, int length) {
        Tokens tokens = new Tokens(encoding, "t" + encoding.start() + encoding.separator());
        int available = reader.available(corpus, tokens, length);
        return reader.sequences(corpus, tokens, length, available, 1).stream()
                .sorted((left, right) -> Long.compare(left.index(), right.index()))
                .map(sequence -> encoding.decode(sequence.tokens()))
                .toList();
    }

    private static List<Long> indices(List<Sequence> sequences) {
        return sequences.stream().map(Sequence::index).toList();
    }

    private CorpusFile text(String content) throws IOException {
        return corpus("c.txt", content);
    }

    private CorpusFile corpus(String name, String content) throws IOException {
        Path file = Files.writeString(folder.resolve(name), content);
        return new CorpusFile(file, "hash of " + content, CorpusFile.detect(file), CorpusFile.DEFAULT_LIMIT);
    }
}
