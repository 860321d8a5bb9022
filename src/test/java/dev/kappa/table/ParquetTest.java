package dev.kappa.table;

import static org.assertj.core.api.Assertions.assertThat;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.ParquetReader;
import dev.kappa.experiment.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.parquet.schema.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetTest {
    @TempDir
    Path folder;

    @Test
    void valuesComeBackWithTheTypesOfTheirColumns() throws IOException {
        Path file = written(new Table(
                "mixed",
                "Of every kind",
                List.of("whole", "real", "flag", "note", "empty"),
                List.of(
                        Arrays.asList(1, 0.1, true, "κ, \"quoted\"\nline", null),
                        Arrays.asList(9_007_199_254_740_993L, Double.NaN, null, null, null),
                        Arrays.asList(null, "-Infinity", false, "", null),
                        Arrays.asList(-3, 7, true, "NaN is a word here", null))));
        assertThat(types(file))
                .containsExactly(
                        Map.entry("whole", "INT64"),
                        Map.entry("real", "DOUBLE"),
                        Map.entry("flag", "BOOLEAN"),
                        Map.entry("note", "BINARY STRING"),
                        Map.entry("empty", "BINARY STRING"));
        List<Map<String, Object>> rows = read(file);
        assertThat(rows.get(0)).containsEntry("whole", 1L).containsEntry("real", 0.1).containsEntry("flag", true)
                .containsEntry("note", "κ, \"quoted\"\nline").containsEntry("empty", null);
        assertThat(rows.get(1)).containsEntry("whole", 9_007_199_254_740_993L).containsEntry("real", Double.NaN)
                .containsEntry("flag", null).containsEntry("note", null);
        assertThat(rows.get(2)).containsEntry("whole", null).containsEntry("real", Double.NEGATIVE_INFINITY)
                .containsEntry("note", "");
        assertThat(rows.get(3)).containsEntry("real", 7.0).containsEntry("note", "NaN is a word here");
    }

    @Test
    void aColumnOfNumbersThatAreNoneIsOneOfDoubles() throws IOException {
        Path file = written(new Table("n", "", List.of("x"), List.of(List.of("NaN"), List.of("Infinity"))));
        assertThat(types(file)).containsEntry("x", "DOUBLE");
        assertThat(read(file)).extracting(row -> row.get("x")).containsExactly(Double.NaN, Double.POSITIVE_INFINITY);
    }

    @Test
    void aTableWithoutRowsIsAFileWithColumns() throws IOException {
        Path file = written(new Table("n", "", List.of("x", "y"), List.of()));
        assertThat(types(file)).containsOnlyKeys("x", "y");
        assertThat(read(file)).isEmpty();
    }

    private Path written(Table table) throws IOException {
        return Files.write(folder.resolve(table.name() + ".parquet"), Parquet.of(table));
    }

    private static Map<String, String> types(Path file) throws IOException {
        return ParquetReader.readMetadata(file.toFile()).getFileMetaData().getSchema().getFields().stream()
                .collect(Collectors.toMap(Type::getName, ParquetTest::type, (a, b) -> a, LinkedHashMap::new));
    }

    private static String type(Type field) {
        String words = field.getLogicalTypeAnnotation() == null ? "" : " " + field.getLogicalTypeAnnotation();
        return field.asPrimitiveType().getPrimitiveTypeName() + words;
    }

    private static List<Map<String, Object>> read(Path file) throws IOException {
        Hydrator<Map<String, Object>, Map<String, Object>, String[]> rows = new Hydrator<>() {
            @Override
            public Map<String, Object> start() {
                return new LinkedHashMap<>();
            }

            @Override
            public Map<String, Object> add(Map<String, Object> row, String[] column, Object value) {
                row.put(column[0], value);
                return row;
            }

            @Override
            public Map<String, Object> finish(Map<String, Object> row) {
                return row;
            }
        };
        try (var read = ParquetReader.streamContent(file.toFile(), rows)) {
            return read.toList();
        }
    }
}
