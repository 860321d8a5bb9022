package dev.kappa.web;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.springframework.http.MediaType;

/** How a figure is sent: its data, or a drawing of them. */
enum FigureFormat {
    JSON,
    SVG,
    PNG;

    static final MediaType IMAGE_SVG = new MediaType("image", "svg+xml", StandardCharsets.UTF_8);

    static FigureFormat of(Optional<String> format, String accept) {
        return format.map(name -> QueryValues.oneOf(FigureFormat.class, "format", name))
                .orElseGet(() -> values()[Accepted.first(accept, List.of(MediaType.APPLICATION_JSON, IMAGE_SVG, MediaType.IMAGE_PNG))]);
    }
}
