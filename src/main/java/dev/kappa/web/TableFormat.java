package dev.kappa.web;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.springframework.http.MediaType;

/** How a table is sent. */
enum TableFormat {
    JSON,
    CSV,
    PARQUET;

    static final MediaType TEXT_CSV = new MediaType("text", "csv", StandardCharsets.UTF_8);

    static final MediaType PARQUET_TYPE = new MediaType("application", "vnd.apache.parquet");

    static TableFormat of(Optional<String> format, String accept) {
        return format.map(name -> QueryValues.oneOf(TableFormat.class, "format", name))
                .orElseGet(() -> values()[Accepted.first(accept, List.of(MediaType.APPLICATION_JSON, TEXT_CSV, PARQUET_TYPE))]);
    }
}
