package dev.kappa.table;

import static org.assertj.core.api.Assertions.assertThat;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.ParquetReader;
import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.Table;
import dev.kappa.run.Json;
import dev.kappa.stats.Interval;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NaN, infinities and the ends of the doubles, bit by bit through every format. */
class NumbersTravelTest {
    private static final double[] NUMBERS = {
        Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 0.1, 1.0, Double.MIN_VALUE, -Double.MAX_VALUE, 1e-7,
        9_007_199_254_740_993.0
    };

    @TempDir
    Path folder;

    @Test
    void tablesKeepThemInJsonCsvAndParquet() throws IOException {
        List<List<Object>> rows = new ArrayList<>();
        for (double number : NUMBERS) {
            rows.add(List.of(number));
        }
        // As the database and an archive keep it.
        Table kept = again(new Table("numbers", "", List.of("x"), rows), Table.class);
        assertThat(kept.rows().stream().mapToDouble(row -> ColumnType.number(row.get(0))).toArray()).isEqualTo(NUMBERS);
        assertThat(Csv.of(kept).lines().skip(1).mapToDouble(Double::parseDouble).toArray()).isEqualTo(NUMBERS);
        assertThat(parquet(kept)).isEqualTo(NUMBERS);
    }

    @Test
    void figuresKeepThem() {
        Figure.Axis axis = Figure.Axis.linear("x", "");
        Figure.Series series = new Figure.Series("s", "line", NUMBERS, NUMBERS, NUMBERS, NUMBERS);
        Figure kept = again(
                new Figure("f", "", axis, axis, List.of(series), List.of(new Figure.Line("l", "y", Double.NaN))), Figure.class);
        assertThat(kept.series().get(0).y()).isEqualTo(NUMBERS);
        assertThat(kept.series().get(0).low()).isEqualTo(NUMBERS);
        assertThat(kept.lines().get(0).value()).isNaN();
    }

    @Test
    void metricsAndTheirIntervalsKeepThem() {
        for (double number : NUMBERS) {
            Interval interval = new Interval(Double.NEGATIVE_INFINITY, number, 0.95, "none", 3);
            Metric metric = new Metric("m", 1, number, "", Map.of(), Optional.of(interval), 0, List.of());
            assertThat(again(metric, Metric.class)).isEqualTo(metric);
        }
    }

    private static <T> T again(T value, Class<T> type) {
        return Json.read(Json.parse(Json.write(value)), type);
    }

    private double[] parquet(Table table) throws IOException {
        Path file = Files.write(folder.resolve("numbers.parquet"), Parquet.of(table));
        Hydrator<List<Double>, Double, String[]> first = new Hydrator<>() {
            @Override
            public List<Double> start() {
                return new ArrayList<>();
            }

            @Override
            public List<Double> add(List<Double> row, String[] column, Object value) {
                row.add((Double) value);
                return row;
            }

            @Override
            public Double finish(List<Double> row) {
                return row.get(0);
            }
        };
        try (var read = ParquetReader.streamContent(file.toFile(), first)) {
            return read.mapToDouble(Double::doubleValue).toArray();
        }
    }
}
