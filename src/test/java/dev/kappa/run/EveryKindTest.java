package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.experiment.Experiment;
import dev.kappa.experiment.kinds.Kinds;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What the API needs of a kind, whichever it is. */
class EveryKindTest {
    private static final Validator VALIDATOR =
            Validation.buildDefaultValidatorFactory().getValidator();

    static Stream<Arguments> kinds() {
        return Kinds.all().stream().map(kind -> Arguments.of(kind.kind(), kind));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void itsExampleComesBackFromJsonAsItWas(String name, Experiment<?> experiment) {
        JsonNode json = Json.tree(experiment.example());
        Record read = new ParameterReader(VALIDATOR).read(json, experiment.parameters(), "/parameters");
        assertThat(Json.tree(read)).isEqualTo(json);
        assertThat(name).matches("[a-z][a-z0-9_]*");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void itsConcludingParametersAreAmongItsParameters(String name, Experiment<?> experiment) {
        JsonNode properties = Json.tree(ParameterSchema.of(experiment.parameters())).get("properties");
        assertThat(properties.propertyNames()).containsAll(experiment.concludingParameters());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void itsSchemaNamesEveryParameterOfTheExample(String name, Experiment<?> experiment) {
        JsonNode schema = Json.tree(ParameterSchema.of(experiment.parameters()));
        Json.tree(experiment.example()).propertyNames().forEach(property -> {
            JsonNode described = schema.at("/properties/" + property);
            assertThat(described.get("description").asString()).as(property).isNotBlank();
        });
    }
}
