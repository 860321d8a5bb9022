package dev.kappa.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kappa.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedIndexTest {
    @TempDir
    Path folder;

    private Path index;

    @BeforeEach
    void writeShards() {
        index = folder.resolve("model.safetensors.index.json");
        SafetensorsWriter.write(folder.resolve("model-00001-of-00002.safetensors"),
                Map.of("a", TensorData.f32(new float[] {1, 2}, 2), "extra", TensorData.f32(new float[1], 1)), Map.of("format", "pt"));
        SafetensorsWriter.write(folder.resolve("model-00002-of-00002.safetensors"),
                Map.of("b", TensorData.bf16(new float[] {3}, 1)), Map.of("format", "pt"));
    }

    @Test
    void severalFilesAreReadAsOne() throws IOException {
        Files.writeString(index, """
                {"metadata": {"total_size": 10, "more": [{}]}, "weight_map": {
                  "b": "model-00002-of-00002.safetensors", "a": "model-00001-of-00002.safetensors"}}
                """);
        try (TensorFile file = TensorFiles.open(index)) {
            assertThat(file.tensors().keySet()).containsExactly("b", "a");
            assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(file.floats("a")).containsExactly(1, 2);
            assertThat(file.floats("b")).containsExactly(3);
            assertThatThrownBy(() -> file.floats("extra")).isInstanceOf(Fault.class)
                    .hasMessageContaining("model.safetensors.index.json").extracting("code").isEqualTo("tensor_missing");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "../model-00001-of-00002.safetensors", "/etc/a.safetensors", "sub/a.safetensors", "sub\\\\a.safetensors",
        "..", "", ".hidden.safetensors", "a\\u0000.safetensors", "model.safetensors.index.json", "C:a.safetensors"
    })
    void refusesAShardThatIsNotAPlainName(String shard) throws IOException {
        Files.writeString(index, "{\"weight_map\": {\"a\": \"" + shard + "\"}}");
        Hostile.assertRefused(index, "'a'", "plain name");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "[]", "{}", "{\"weight_map\": 1}", "{\"weight_map\": {\"a\": 1}}", "{\"weight_map\": {\"a\": null}}",
        "{\"weight_map\": {}} x", "{\"weight_map\": {}, \"weight_map\": {}}",
        "{\"weight_map\": {\"a\": \"model-00002-of-00002.safetensors\"}}"
    })
    void refusesAnIndexThatIsNotOne(String json) throws IOException {
        Files.writeString(index, json);
        Hostile.assertRefused(index);
    }

    @Test
    void namesAShardThatIsNotThere() throws IOException {
        Files.writeString(index, "{\"weight_map\": {\"a\": \"model-00003-of-00002.safetensors\"}}");
        assertThatThrownBy(() -> TensorFiles.open(index)).isInstanceOf(Fault.class)
                .hasMessageContaining("model-00003-of-00002.safetensors").extracting("code").isEqualTo("weights_missing");
    }
}
