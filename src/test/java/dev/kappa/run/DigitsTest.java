package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.experiment.Tally;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DigitsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"a": [1, 2.5, "NaN"]}  | {"a": [1, 2.5, "NaN"]}  |
            {"a": 1, "b": 2}        | {"b": 2, "a": 1}        |
            {"a": [1, 2, 4]}        | {"a": [1, 1, 5]}        | 0.5
            {"a": -1}               | {"a": 1}                | 2
            {"a": "NaN"}            | {"a": 1}                | Infinity
            {"a": "Infinity"}       | {"a": "-Infinity"}      | Infinity
            {"a": [1]}              | {"a": [1, 1]}           | Infinity
            {"a": 1}                | {"b": 1}                | Infinity
            {"a": "x"}              | {"a": "y"}              | Infinity
            {"a": null}             | {"a": 0}                | Infinity
            """)
    void theLargestRelativeDifferenceOfDocumentsIsThatOfTheirNumbers(String a, String b, Double difference) {
        assertThat(Digits.between(Json.parse(a), Json.parse(b)))
                .isEqualTo(difference == null ? OptionalDouble.empty() : OptionalDouble.of(difference));
    }

    @Test
    void talliesAreComparedNumberByNumberAndInfinitelyFarWhereTheyHoldOtherThings() {
        Tally tally = new Tally().put("sum", new double[] {4, Double.NaN}).put("weights", new float[] {1, 2});
        assertThat(Digits.between(tally, new Tally().put("sum", new double[] {4, Double.NaN}).put("weights", new float[] {1, 2})))
                .isEmpty();
        assertThat(Digits.between(tally, new Tally().put("sum", new double[] {3, Double.NaN}).put("weights", new float[] {1, 2})))
                .hasValue(0.25);
        assertThat(Digits.between(tally, new Tally().put("sum", new double[] {4, Double.NaN})))
                .hasValue(Double.POSITIVE_INFINITY);
    }
}
