package dev.kappa.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kappa.corpus.PairSelection;
import dev.kappa.experiment.Needs;
import dev.kappa.fault.Refuses;
import io.swagger.v3.oas.annotations.Operation;
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

/** Registered corpora. */
@RestController
@RequestMapping("/v1/corpora")
class CorporaController {
    private final Registry registry;
    private final Entries entries;
    private final Catalog catalog;
    private final Views views;
    private final Bodies bodies;

    CorporaController(Registry registry, Entries entries, Catalog catalog, Views views, Bodies bodies) {
        this.registry = registry;
        this.entries = entries;
        this.catalog = catalog;
        this.views = views;
        this.bodies = bodies;
    }

    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    record Corpora(List<Views.Corpus> corpora, Optional<String> nextPageToken) {}

    @Operation(summary = "Register a corpus")
    @Refuses(status = 409, codes = "id_taken")
    @Refuses(status = 422, codes = {"missing", "invalid_value", "invalid_type", "unknown_parameter"}, open = true)
    @PostMapping
    ResponseEntity<Object> register(@RequestBody JsonNode body) {
        Registration.Corpus registration = bodies.read(body, Registration.Corpus.class);
        return Answers.of(
                Bodies.about(() -> registry.register(Shelf.CORPUS, registration)),
                "/v1/corpora/" + registration.id(),
                entry -> views.corpus(entry, Optional.empty()));
    }

    @Operation(summary = "List corpora, newest first")
    @Refuses(status = 400, codes = "invalid_query")
    @GetMapping
    Corpora list(
            @RequestParam(name = "page_size", defaultValue = "50") int pageSize,
            @RequestParam(name = "page_token") Optional<String> pageToken) {
        Page page = Page.of(entries, Shelf.CORPUS, pageSize, pageToken);
        return new Corpora(
                page.entries().stream()
                        .map(entry -> views.corpus(entry, Optional.empty()))
                        .toList(),
                page.nextToken());
    }

    /** A corpus; with a model also how many items of a length a run on that model can have. */
    @Operation(summary = "A corpus, or how far its download is")
    @Refuses(status = 404, codes = "unknown_corpus")
    @Refuses(status = 422, codes = "unknown_model", open = true)
    @GetMapping("/{id}")
    Views.Corpus get(
            @PathVariable String id,
            @RequestParam Optional<String> model,
            @RequestParam(defaultValue = "128") int length) {
        Entry entry = registry.find(Shelf.CORPUS, id);
        return views.corpus(entry, model.map(name -> available(entry, name, length)));
    }

    @Operation(summary = "Take a corpus out of the catalog")
    @Refuses(status = 404, codes = "unknown_corpus")
    @Refuses(status = 409, codes = {"bundled", "in_use"})
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id) {
        registry.delete(Shelf.CORPUS, id, false);
    }

    private Views.Available available(Entry entry, String model, int length) {
        Needs needs = Needs.of(model, List.of(), entry.id(), 0, length);
        Catalog.Available available = catalog.available(needs, needs.corpus().orElseThrow());
        return new Views.Available(
                model,
                length,
                available.items(),
                available.pairs().map(PairSelection::read),
                available.pairs().map(PairSelection::dropped));
    }
}
