package dev.kappa.catalog;

import io.swagger.v3.oas.annotations.Operation;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What can be registered by its id alone, and what is on its way. */
@RestController
class CatalogController {
    private final Recipes recipes;
    private final Downloads downloads;

    CatalogController(Recipes recipes, Downloads downloads) {
        this.recipes = recipes;
        this.downloads = downloads;
    }

    record RecipeList(List<Recipe> recipes) {}

    record DownloadList(List<Download> downloads) {}

    @Operation(summary = "What can be registered by its id alone")
    @GetMapping("/v1/catalog")
    RecipeList recipes() {
        return new RecipeList(recipes.all());
    }

    @Operation(summary = "What is on its way from a hub")
    @GetMapping("/v1/downloads")
    DownloadList downloads() {
        return new DownloadList(downloads.all());
    }
}
