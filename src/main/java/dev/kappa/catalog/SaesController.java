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

/** Registered dictionaries. */
@RestController
@RequestMapping("/v1/saes")
class SaesController {
    private final Registry registry;
    private final Entries entries;
    private final Views views;
    private final Bodies bodies;

    SaesController(Registry registry, Entries entries, Views views, Bodies bodies) {
        this.registry = registry;
        this.entries = entries;
        this.views = views;
        this.bodies = bodies;
    }

    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Saes(List<Views.Sae> saes, Optional<String> nextPageToken) {}

    @Operation(summary = "Register a dictionary")
    @Refuses(status = 409, codes = "id_taken")
    @Refuses(status = 422, codes = {"missing", "invalid_value", "invalid_type", "unknown_parameter"}, open = true)
    @PostMapping
    ResponseEntity<Object> register(@RequestBody JsonNode body) {
        Registration.Dictionary registration = bodies.read(body, Registration.Dictionary.class);
        return Answers.of(
                Bodies.about(() -> registry.register(Shelf.SAE, registration)),
                "/v1/saes/" + registration.id(),
                entry -> views.sae(entry));
    }

    @Operation(summary = "List dictionaries, newest first")
    @Refuses(status = 400, codes = "invalid_query")
    @GetMapping
    Saes list(
            @RequestParam(name = "page_size", defaultValue = "50") int pageSize,
            @RequestParam(name = "page_token") Optional<String> pageToken) {
        Page page = Page.of(entries, Shelf.SAE, pageSize, pageToken);
        return new Saes(page.entries().stream().map(views::sae).toList(), page.nextToken());
    }

    /** An entry, or how far its download is. */
    @Operation(summary = "A dictionary, or how far its download is")
    @ApiResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(oneOf = {Views.Sae.class, Download.class})))
    @Refuses(status = 404, codes = "unknown_sae")
    @GetMapping("/{id}")
    Object get(@PathVariable String id) {
        return registry.onItsWay(Shelf.SAE, id)
                .map(Object.class::cast)
                .orElseGet(() -> views.sae(registry.find(Shelf.SAE, id)));
    }

    @Operation(summary = "Take a dictionary out of the catalog")
    @Refuses(status = 404, codes = "unknown_sae")
    @Refuses(status = 409, codes = {"bundled", "in_use"})
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id, @RequestParam(defaultValue = "false") boolean files) {
        registry.delete(Shelf.SAE, id, files);
    }
}
