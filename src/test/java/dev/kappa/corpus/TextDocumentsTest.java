package dev.kappa.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextDocumentsTest {
    @TempDir
    Path folder;

    @Test
    void documents_stand_between_markers_without_the_blanks_around_them() throws IOException {
        assertThat(read("One.\nStill one.\n<|endoftext|>\n Two.<|endoftext|>\n\n<|endoftext|>Three."))
                .containsExactly("One.\nStill one.", "Two.", "Three.");
    }

    @Test
    void a_file_without_a_marker_is_one_document() throws IOException {
        assertThat(read("\nAll of it.\n\nEnd.\n")).containsExactly("All of it.\n\nEnd.");
    }

    @Test
    void a_blank_file_has_no_document() throws IOException {
        assertThat(read(" \n<|endoftext|>\n")).isEmpty();
    }

    @Test
    void a_long_document_is_cut_after_a_line_break() throws IOException {
        String line = "x".repeat(999) + "\n";
        List<String> pieces = read(line.repeat(600));

        assertThat(pieces).hasSize(3);
        assertThat(pieces).allSatisfy(piece -> assertThat(piece.length()).isLessThanOrEqualTo(TextDocuments.PIECE));
        assertThat(String.join("\n", pieces) + "\n").isEqualTo(line.repeat(600));
    }

    @Test
    void a_long_line_is_not_cut_inside_a_character() throws IOException {
        String text = "x" + "😀".repeat(TextDocuments.PIECE);

        assertThat(String.join("", read(text))).isEqualTo(text);
    }

    @RepeatedTest(50)
    void documents_survive_wherever_the_read_chunks_and_pieces_fall(RepetitionInfo repetition) throws IOException {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            documents.add("a" + ("word<|end|> ".repeat(random.nextInt(3000))) + i);
        }
        assertThat(read(String.join("<|endoftext|>", documents)))
                .as("seed %d", repetition.getCurrentRepetition())
                .isEqualTo(documents);
    }

    @Test
    void a_reader_that_has_enough_gets_no_more() throws IOException {
        Path file = Files.writeString(folder.resolve("text.txt"), "a<|endoftext|>b<|endoftext|>c");
        List<String> seen = new ArrayList<>();
        TextDocuments.read(file, new Collector(seen, 2));
        assertThat(seen).containsExactly("a", "b");
    }

    @Test
    void bytes_that_are_not_utf8_are_refused_by_the_name_of_the_file() throws IOException {
        Path file = Files.write(folder.resolve("latin.txt"), new byte[] {'a', (byte) 0xe9, 'b'});
        assertThatThrownBy(() -> TextDocuments.read(file, new Collector(new ArrayList<>(), 9)))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("latin.txt")
                .hasMessageContaining("UTF-8");
    }

    private List<String> read(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("text.txt"), text);
        List<String> documents = new ArrayList<>();
        TextDocuments.read(file, new Collector(documents, Integer.MAX_VALUE));
        return documents;
    }

    private record Collector(List<String> documents, int most) implements DocumentVisitor {
        @Override
        public boolean text(String document) {
            documents.add(document);
            return documents.size() < most;
        }

        @Override
        public boolean tokens(int[] document, long line) {
            throw new AssertionError("a text has no token ids");
        }
    }
}
