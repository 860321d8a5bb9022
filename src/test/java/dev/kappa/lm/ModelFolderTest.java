package dev.kappa.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import dev.kappa.fault.Fault;
import dev.kappa.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ModelFolderTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String NEOX = TinyModels.neoxConfig(TinyModels.Sizes.smallest());
    private static final String LLAMA =
            """
            {"model_type": "llama", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
             "intermediate_size": 24, "vocab_size": 30, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
             "bos_token_id": 5}
            """;
    private static final String GEMMA2 =
            """
            {"model_type": "gemma2", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
             "num_key_value_heads": 1, "head_dim": 8, "intermediate_size": 24, "vocab_size": 30,
             "max_position_embeddings": 64, "query_pre_attn_scalar": 8, "bos_token_id": [2, 9]}
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "model_type            | 'mistral'   | model_type 'mistral' is not supported; accepted: gpt_neox, llama, gemma2",
                "model_type            | null        | model_type '' is not supported",
                "hidden_act            | 'relu'      | hidden_act 'relu' is not supported; accepted: gelu",
                "rope_scaling          | {'type': 'dynamic', 'factor': 2} | rope_type 'dynamic' is not supported",
                "rotary_pct            | 2.0         | rotary fraction 2.0 rotates",
                "quantization_config   | {'bits': 4} | quantization_config {\"bits\":4} is not supported; accepted: null",
            })
    void anUnsupportedNeoxIsRefusedByName(String setting, String value, String detail) {
        assertRefused(with(NEOX, setting, value), "unsupported_model", detail);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "pretraining_tp        | 2      | pretraining_tp 2 is not supported; accepted: 1",
                "pretraining_tp        | [1]    | pretraining_tp [1] is not supported; accepted: 1",
                "hidden_act            | 'relu2'| hidden_act 'relu2' is not supported",
                "rope_scaling          | {'rope_type': 'longrope'} | rope_type 'longrope' is not supported; accepted: default, llama3",
                "rope_parameters       | {'rope_type': 'yarn'} | rope_type 'yarn' is not supported; accepted: default, llama3",
                "partial_rotary_factor | 0.5    | partial_rotary_factor 0.5 is not supported here; accepted: 1.0",
            })
    void anUnsupportedLlamaIsRefusedByName(String setting, String value, String detail) {
        assertRefused(with(LLAMA, setting, value), "unsupported_model", detail);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "use_bidirectional_attention | true   | use_bidirectional_attention true is not supported; accepted: false",
                "hidden_act                  | 'silu' | hidden_act \"silu\" is not supported; accepted: gelu_pytorch_tanh",
                "hidden_activation           | 'tanh' | hidden_activation 'tanh' is not supported",
                "layer_types | ['full_attention', 'chunked_attention'] | layer type 'chunked_attention' is not supported",
            })
    void anUnsupportedGemma2IsRefusedByName(String setting, String value, String detail) {
        assertRefused(with(GEMMA2, setting, value), "unsupported_model", detail);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hidden_size         | null    | config.json has no hidden_size",
                "hidden_size         | 0       | hidden_size is 0, wanted a positive integer",
                "hidden_size         | -16     | hidden_size is -16, wanted a positive integer",
                "hidden_size         | 16.5    | hidden_size is 16.5, wanted a positive integer",
                "hidden_size         | '16'    | hidden_size is \"16\", wanted a positive integer",
                "hidden_size         | 99999999999 | hidden_size is 99999999999, wanted a positive integer",
                "num_attention_heads | 3       | hidden_size 16 is not a multiple of num_attention_heads 3",
                "layer_norm_eps      | 0       | layer_norm_eps is 0, wanted a number above 0",
                "use_parallel_residual | 1     | use_parallel_residual is 1, wanted true or false",
                "hidden_act          | 7       | hidden_act is 7, wanted a string",
                "rope_parameters     | 7       | rope_parameters is 7, wanted an object",
                "rope_theta          | 500     | is both 500 and 10000",
            })
    void aConfigurationThatMakesNoSenseIsRefusedByName(String setting, String value, String detail) {
        assertRefused(with(NEOX, setting, value), "config_malformed", detail);
    }

    @Test
    void aConfigurationThatIsNoJsonIsRefused() {
        assertRefused("{", "config_malformed", "config.json is not JSON");
        assertRefused("[]", "config_malformed", "config.json is not a JSON object");
        assertRefused("{\"a\": 1, \"a\": 2}", "config_malformed", "config.json is not JSON: Duplicate");
        assertRefused("{\"a\": " + "[".repeat(100_000), "config_malformed", "config.json is not JSON");
    }

    @Test
    void anIncompleteFolderIsRefused() {
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .hasMessageEndingWith("has no config.json")
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo("model_incomplete"));
        assertRefused(
                NEOX,
                "model_incomplete",
                "has no weights; accepted: model.safetensors, model.safetensors.index.json, pytorch_model.bin");
    }

    @Test
    void aMissingTensorIsNamedWithItsShape() {
        TinyModels.neox(folder, 1);
        assertRefused(
                with(NEOX, "num_hidden_layers", "4"),
                "tensor_missing",
                "there is no tensor 'gpt_neox.layers.3.input_layernorm.weight', wanted [16]");
    }

    @Test
    void aMisshapedTensorIsNamedWithBothShapes() {
        TinyModels.neox(folder, 1);
        assertRefused(
                with(NEOX, "vocab_size", "38"),
                "tensor_misshaped",
                "tensor 'gpt_neox.embed_in.weight' is F32 [37, 16], wanted floating numbers [38, 16]");
    }

    @Test
    void aTensorWithoutAPlaceIsRefusedByName() {
        TinyModels.neox(folder, 1);
        assertRefused(
                with(NEOX, "attention_bias", "false"),
                "tensor_unexpected",
                "tensor 'gpt_neox.layers.0.attention.dense.bias' has no place in a model of this configuration");
    }

    @Test
    void sizesAreKnownWithoutLoading() {
        long scopes = Scope.openScopes();
        Architecture architecture = ModelFolder.open(TinyModels.neox(folder, 1)).architecture();

        assertThat(architecture.family()).isEqualTo("gpt_neox");
        assertThat(architecture.contextLength()).isEqualTo(32);
        assertThat(architecture.width(HookPoint.parse("blocks.2.hook_z"))).isEqualTo(16);
        assertThat(Scope.openScopes()).isEqualTo(scopes);
    }

    @Test
    @Tag("torch")
    void ofATiedModelsTwoNamesTheEmbeddingsCounts() {
        TinyModels.neox(folder, 1);
        write(with(NEOX, "tie_word_embeddings", "true"));
        try (LanguageModel model = ModelFolder.open(folder).load(Device.cpu())) {
            assertThat(model.architecture().parameterBytes() / 4)
                    .isEqualTo(37 * 16 + 3 * (12 * 16 * 16 + 13 * 16) + 2 * 16);
        }
    }

    @Test
    void aFolderWithoutTokenizerTakesNoText() {
        ModelFolder model = ModelFolder.open(TinyModels.neox(folder, 1));

        assertThat(model.hasTokenizer()).isFalse();
        assertThat(model.startToken()).isEmpty();
        assertThatThrownBy(model::tokenizer)
                .hasMessageContaining("has no tokenizer.json, so that it takes token ids and no text")
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo("tokenizer_missing"));
    }

    private void assertRefused(String config, String code, String detail) {
        write(config);
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .hasMessageContaining(detail)
                .isInstanceOfSatisfying(Fault.class, fault -> assertThat(fault.code()).isEqualTo(code));
    }

    private void write(String config) {
        try {
            Files.writeString(folder.resolve("config.json"), config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The configuration with one setting changed or added; single quotes stand for double ones. */
    private static String with(String config, String setting, String value) {
        ObjectNode settings = (ObjectNode) JSON.readTree(config);
        settings.set(setting, JSON.readTree(value.replace('\'', '"')));
        return settings.toString();
    }
}
