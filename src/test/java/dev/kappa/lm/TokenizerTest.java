package dev.kappa.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tokenizer of six words, in the layout of real ones. */
class TokenizerTest {
    private static final String BOS_FIRST =
            """
            {"type": "TemplateProcessing",
             "single": [{"SpecialToken": {"id": "<bos>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
             "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
             "special_tokens": {"<bos>": {"id": "<bos>", "ids": [1], "tokens": ["<bos>"]}}}
            """;
    private static final String EOS_LAST =
            BOS_FIRST.replaceFirst("(\\{\"SpecialToken.*?\\}\\}), (\\{\"Sequence.*?\\}\\})", "$2, $1");

    @TempDir
    Path folder;

    @Test
    void theFamilysStartTokenComesFirst() {
        try (Tokenizer tokenizer = tokenizer(BOS_FIRST, "{}")) {
            assertThat(tokenizer.startToken()).contains(1);
            assertThat(tokenizer.encode("the cat sat")).containsExactly(1, 3, 4, 5);
            assertThat(tokenizer.encodePlain("the cat sat")).containsExactly(3, 4, 5);
            assertThat(tokenizer.encode("")).containsExactly(1);
        }
    }

    @Test
    void aFamilyWithoutStartTokenAddsNone() {
        try (Tokenizer tokenizer = tokenizer("null", "{\"bos_token\": \"<bos>\"}")) {
            assertThat(tokenizer.startToken()).isEmpty();
            assertThat(tokenizer.encode("the cat sat")).containsExactly(3, 4, 5);
            assertThat(tokenizer.bosToken()).contains(1);
        }
    }

    @Test
    void olderFoldersDeclareTheStartTokenBesideTheTokenizer() {
        String settings = "{\"add_bos_token\": true, \"bos_token\": {\"content\": \"<bos>\"}, \"eos_token\": \"<eos>\"}";
        try (Tokenizer tokenizer = tokenizer("null", settings)) {
            assertThat(tokenizer.startToken()).contains(1);
            assertThat(tokenizer.eosToken()).contains(2);
            assertThat(tokenizer.encode("the cat")).containsExactly(1, 3, 4);
        }
    }

    @Test
    void theModelsConfigurationComesBeforeTheTokenizers() {
        write("null", "{\"bos_token\": \"<bos>\"}");
        try (Tokenizer tokenizer = Tokenizer.open(folder, Optional.of(2), Optional.empty())) {
            assertThat(tokenizer.bosToken()).contains(2);
            assertThat(tokenizer.eosToken()).isEmpty();
        }
    }

    @Test
    void textIsNeverCutOrPaddedWhateverTheFileSays() {
        try (Tokenizer tokenizer = tokenizer(BOS_FIRST, "{\"model_max_length\": 3}")) {
            assertThat(tokenizer.encode("the cat sat the cat sat")).containsExactly(1, 3, 4, 5, 3, 4, 5);
            assertThat(tokenizer.encodePlain("the".concat(" cat".repeat(3000)))).hasSize(3001);
            assertThat(tokenizer.encodePlain("the")).hasSize(1);
        }
    }

    @Test
    void decodingSpellsOutSpecialTokens() {
        try (Tokenizer tokenizer = tokenizer(BOS_FIRST, "{}")) {
            assertThat(tokenizer.decode(1, 3, 4)).isEqualTo("<bos> the cat");
            assertThat(tokenizer.encodePlain("<bos> the")).containsExactly(1, 3);
        }
    }

    @Test
    void theVocabularyReachesToTheLargestId() {
        try (Tokenizer tokenizer = tokenizer(BOS_FIRST, "{}")) {
            assertThat(tokenizer.vocabulary()).isEqualTo(6);
        }
    }

    @Test
    void anotherRuleForSpecialTokensIsRefused() {
        assertThatThrownBy(() -> tokenizer(EOS_LAST, "{}"))
                .hasMessageContaining("accepted: at most one token added, at the start");
    }

    @Test
    void aFileThatIsNoTokenizerIsRefused() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": 3}");

        assertThatThrownBy(() -> Tokenizer.open(folder, Optional.empty(), Optional.empty()))
                .hasMessageContaining("tokenizer.json cannot be read")
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.code()).isEqualTo("tokenizer_malformed"));
    }

    private Tokenizer tokenizer(String postProcessor, String settings) {
        write(postProcessor, settings);
        return Tokenizer.open(folder, Optional.empty(), Optional.empty());
    }

    private void write(String postProcessor, String settings) {
        try {
            Files.writeString(folder.resolve("tokenizer_config.json"), settings);
            Files.writeString(
                    folder.resolve("tokenizer.json"),
                    """
                    {"version": "1.0",
                     "truncation": {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0},
                     "padding": {"strategy": {"Fixed": 5}, "direction": "Right", "pad_to_multiple_of": null,
                                 "pad_id": 0, "pad_type_id": 0, "pad_token": "<unk>"},
                     "added_tokens": [
                       {"id": 1, "content": "<bos>", "single_word": false, "lstrip": false, "rstrip": false,
                        "normalized": false, "special": true},
                       {"id": 2, "content": "<eos>", "single_word": false, "lstrip": false, "rstrip": false,
                        "normalized": false, "special": true}],
                     "normalizer": null,
                     "pre_tokenizer": {"type": "Whitespace"},
                     "post_processor": %s,
                     "decoder": null,
                     "model": {"type": "WordLevel", "unk_token": "<unk>",
                               "vocab": {"<unk>": 0, "<bos>": 1, "<eos>": 2, "the": 3, "cat": 4, "sat": 5}}}
                    """
                            .formatted(postProcessor));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
