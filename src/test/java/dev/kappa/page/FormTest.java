package dev.kappa.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.experiment.Experiment;
import dev.kappa.experiment.kinds.Kinds;
import dev.kappa.run.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class FormTest {
    @Test
    void theFormOfEveryExampleSaysTheExample() {
        for (Experiment<?> kind : Kinds.all()) {
            JsonNode example = Json.tree(kind.example());
            RunForm form = RunForm.of(kind, example, Optional.empty());
            JsonNode body = RunForm.body(kind, texts(form));
            assertThat(plain(body.get("parameters"))).as(kind.kind()).isEqualTo(plain(example));
            assertThat(body.get("seed").asLong()).isZero();
        }
    }

    @Test
    void everyFieldIsDescribed() {
        for (Experiment<?> kind : Kinds.all()) {
            RunForm form = RunForm.of(kind, Json.tree(kind.example()), Optional.empty());
            assertThat(form.parameters()).allSatisfy(field -> assertThat(field.description())
                    .as(kind.kind() + field.pointer())
                    .isNotEmpty());
        }
    }

    @Test
    void whatIsNoNumberGoesToTheServerAsItIs() {
        Experiment<?> kind = Kinds.all().get(0);
        JsonNode body = RunForm.body(kind, Map.of("/parameters/sequences", "1e2", "/parameters/length", "a lot", "/seed", " "));
        assertThat(body.at("/parameters/sequences").asInt()).isEqualTo(100);
        assertThat(body.at("/parameters/length").asString()).isEqualTo("a lot");
        assertThat(body.has("seed")).isFalse();
    }

    @Test
    void labelsAreLinesOfNameAndValue() {
        JsonNode body = RunForm.body(Kinds.all().get(0), Map.of("/labels", "a = b\r\n\r\nc=d=e"));
        assertThat(body.get("labels").toString()).isEqualTo("{\"a\":\"b\",\"c\":\"d=e\"}");
    }

    /** 1.0 and 1 are the same number. */
    private static String plain(JsonNode json) {
        return json.toPrettyString().replaceAll("(\\d)\\.0\\b", "$1");
    }

    private static Map<String, String> texts(RunForm form) {
        Map<String, String> texts = new HashMap<>();
        collect(form.parameters(), texts);
        collect(form.general(), texts);
        return texts;
    }

    private static void collect(List<Field> fields, Map<String, String> texts) {
        for (Field field : fields) {
            texts.put(field.pointer(), field.value());
            collect(field.fields(), texts);
        }
    }
}
