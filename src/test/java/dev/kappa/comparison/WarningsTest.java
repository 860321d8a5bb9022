package dev.kappa.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.comparison.Comparison.Cell;
import dev.kappa.comparison.Comparison.Row;
import dev.kappa.comparison.Comparison.Warning;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WarningsTest {
    @Test
    void aNumberWithTwoDefinitionsIsSaid() {
        List<Warning> warnings = Warnings.about(
                List.of(),
                List.of(
                        new Row("kappa", 1, "", Map.of(), List.of(cell("a"), Cell.missing("b"))),
                        new Row("kappa", 2, "", Map.of(), List.of(Cell.missing("a"), cell("b"))),
                        new Row("tau", 1, "", Map.of(), List.of(cell("a"), cell("b")))));
        assertThat(warnings).hasSize(1);
        assertThat(warnings.get(0).code()).isEqualTo("different_definitions");
        assertThat(warnings.get(0).metric()).contains("kappa");
        assertThat(warnings.get(0).runs()).containsExactly("a", "b");
    }

    private static Cell cell(String run) {
        return new Cell(
                run,
                Optional.of(1.0),
                Optional.empty(),
                Optional.of(1L),
                Optional.of(List.of()),
                Optional.empty(),
                Optional.empty());
    }
}
