package dev.kappa.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.experiment.Table;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CsvTest {
    @Test
    void quotesAreAddedWhereNeededAndNullIsNothing() {
        Table table = new Table(
                "t",
                "T",
                List.of("a", "b,c"),
                List.of(Arrays.asList("plain", null), List.of("say \"hi\"", "two\nlines"), List.of(1.5, Double.NaN)));
        assertThat(Csv.of(table)).isEqualTo("""
                a,"b,c"\r
                plain,\r
                "say ""hi""\","two
                lines"\r
                1.5,NaN\r
                """);
    }
}
