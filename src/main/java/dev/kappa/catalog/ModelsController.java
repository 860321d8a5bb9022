package dev.kappa.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kappa.fault.Refuses;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Registered models. */
@RestController
@RequestMapping("/v1/models")
class ModelsController {
    private final Registry registry;
    private final Entries entries;
    private final Views views;
    private final Bodies bodies;

    ModelsController(Registry registry, Entries entries, Views views, Bodies bodies) {
        this.registry = registry;
        this.entries = entries;
        this.views = views;
        this.bodies = bodies;
    }

    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Models(List<Views.Model> models, Optional<String> nextPageToken) {}

    @Operation(summary = "Register a model")
    @Refuses(status = 409, codes = "id_taken")
    @Refuses(status = 422, codes = {"missing", "invalid_value", "invalid_type", "unknown_parameter"}, open = true)
    @PostMapping
    ResponseEntity<Object> register(@RequestBody JsonNode body) {
        Registration.Model registration = bodies.read(body, Registration.Model.class);
        return Answers.of(
                Bodies.about(() -> registry.register(Shelf.MODEL, registration)),
                "/v1/models/" + registration.id(),
                entry -> views.model(entry));
    }

    @Operation(summary = "List models, newest first")
    @Refuses(status = 400, codes = "invalid_query")
    @GetMapping
    Models list(
            @RequestParam(name = "page_size", defaultValue = "50") int pageSize,
            @RequestParam(name = "page_token") Optional<String> pageToken) {
        Page page = Page.of(entries, Shelf.MODEL, pageSize, pageToken);
        return new Models(page.entries().stream().map(views::model).toList(), page.nextToken());
    }

    /** An entry, or how far its download is. */
    @Operation(summary = "A model, or how far its download is")
    @ApiResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(oneOf = {Views.Model.class, Download.class})))
    @Refuses(status = 404, codes = "unknown_model")
    @GetMapping("/{id}")
    Object get(@PathVariable String id) {
        return registry.onItsWay(Shelf.MODEL, id)
                .map(Object.class::cast)
                .orElseGet(() -> views.model(registry.find(Shelf.MODEL, id)));
    }

    @Operation(summary = "Take a model out of the catalog")
    @Refuses(status = 404, codes = "unknown_model")
    @Refuses(status = 409, codes = {"bundled", "in_use"})
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id, @RequestParam(defaultValue = "false") boolean files) {
        registry.delete(Shelf.MODEL, id, files);
    }
}
