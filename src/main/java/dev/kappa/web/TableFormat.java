package dev.kappa.web;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.util.MimeTypeUtils;

/** How a table is sent. */
enum TableFormat {
    JSON,
    CSV;

    static final MediaType TEXT_CSV = new MediaType("text", "csv", StandardCharsets.UTF_8);

    static TableFormat of(Optional<String> format, String accept) {
        if (format.isPresent()) {
            return QueryValues.oneOf(TableFormat.class, "format", format.get());
        }
        for (MediaType type : accepted(accept)) {
            if (type.isCompatibleWith(MediaType.APPLICATION_JSON)) {
                return JSON;
            }
            if (type.isCompatibleWith(TEXT_CSV)) {
                return CSV;
            }
        }
        throw QueryValues.notAcceptable(List.of(MediaType.APPLICATION_JSON, TEXT_CSV));
    }

    private static List<MediaType> accepted(String accept) {
        try {
            List<MediaType> types = new ArrayList<>(MediaType.parseMediaTypes(accept));
            MimeTypeUtils.sortBySpecificity(types);
            return types;
        } catch (InvalidMediaTypeException e) {
            throw QueryValues.notAcceptable(List.of(MediaType.APPLICATION_JSON, TEXT_CSV));
        }
    }
}
