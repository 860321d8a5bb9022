package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class PointersTest {
    private static final JsonNode DOCUMENT = Json.parse("""
            {"model": "m", "hooks": ["a", "b"], "inner": {"corpus": "c", "count": 7}}""");

    @Test
    void theValueThatIsQuotedFirstIsPointedAt() {
        assertThat(Pointers.toQuoted("corpus 'c' does not go with model 'm'", DOCUMENT, "/p")).isEqualTo("/p/inner/corpus");
        assertThat(Pointers.toQuoted("model 'm' does not go with corpus 'c'", DOCUMENT, "/p")).isEqualTo("/p/model");
        assertThat(Pointers.toQuoted("hook 'b' is not known", DOCUMENT, "/p")).isEqualTo("/p/hooks/1");
        assertThat(Pointers.toQuoted("'7' are too many", DOCUMENT, "/p")).isEqualTo("/p/inner/count");
    }

    @Test
    void theWholeIsPointedAtWhereNothingIsQuoted() {
        assertThat(Pointers.toQuoted("it's m and b", DOCUMENT, "/p")).isEqualTo("/p");
    }
}
