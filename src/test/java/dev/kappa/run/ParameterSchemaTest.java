package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kappa.experiment.Description;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ParameterSchemaTest {
    enum Output {
        @JsonProperty("fisher")
        FISHER,
        @JsonProperty("loss")
        LOSS
    }

    record Inner(@Min(1) Integer count) {
        Inner {
            count = count == null ? 4 : count;
        }
    }

    record Parameters(
            @NotBlank @Description("Which model") String model,
            @NotEmpty List<@Pattern(regexp = "blocks.*") String> hooks,
            @Min(2) @Max(9) Integer sampleSize,
            @DecimalMin("0") @DecimalMax(value = "1", inclusive = false) Double q,
            Output output,
            Inner inner,
            @Size(max = 3) List<Inner> more,
            Map<String, Double> weights,
            Boolean fast) {
        Parameters {
            sampleSize = sampleSize == null ? 5 : sampleSize;
            output = output == null ? Output.LOSS : output;
            inner = inner == null ? new Inner(null) : inner;
        }
    }

    record Strange(Object anything) {}

    private final JsonNode schema = Json.parse(Json.write(ParameterSchema.of(Parameters.class)));

    @Test
    void typesConstraintsDescriptionsAndDefaultsAreInTheSchema() {
        assertThat(schema.at("/properties/model")).isEqualTo(json("""
                {"description": "Which model", "type": "string", "minLength": 1}"""));
        assertThat(schema.at("/properties/hooks")).isEqualTo(json("""
                {"type": "array", "items": {"type": "string", "pattern": "blocks.*"}, "minItems": 1}"""));
        assertThat(schema.at("/properties/sample_size")).isEqualTo(json("""
                {"type": "integer", "minimum": 2, "maximum": 9, "default": 5}"""));
        assertThat(schema.at("/properties/q")).isEqualTo(json("""
                {"type": "number", "minimum": 0, "exclusiveMaximum": 1}"""));
        assertThat(schema.at("/properties/output")).isEqualTo(json("""
                {"type": "string", "enum": ["fisher", "loss"], "default": "loss"}"""));
        assertThat(schema.at("/properties/inner")).isEqualTo(json("""
                {"type": "object", "properties": {"count": {"type": "integer", "minimum": 1, "default": 4}},
                 "additionalProperties": false, "default": {"count": 4}}"""));
        assertThat(schema.at("/properties/more/maxItems").asInt()).isEqualTo(3);
        assertThat(schema.at("/properties/weights/additionalProperties/type").asString()).isEqualTo("number");
        assertThat(schema.at("/properties/fast/type").asString()).isEqualTo("boolean");
    }

    @Test
    void onlyWhatHasNoDefaultAndMustNotBeEmptyIsRequired() {
        assertThat(schema.get("required")).isEqualTo(json("[\"model\", \"hooks\"]"));
        assertThat(schema.get("additionalProperties").asBoolean()).isFalse();
    }

    @Test
    void aTypeThatHasNoSchemaIsRefusedByName() {
        assertThatThrownBy(() -> ParameterSchema.of(Strange.class)).hasMessageContaining("java.lang.Object");
    }

    private static JsonNode json(String text) {
        return Json.parse(text);
    }
}
