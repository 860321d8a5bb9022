package dev.kappa.web;

import dev.kappa.catalog.Refusal;
import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.Table;
import dev.kappa.fault.Refuses;
import dev.kappa.figure.PngFigure;
import dev.kappa.figure.SvgFigure;
import dev.kappa.run.ArtifactInfo;
import dev.kappa.run.BlockInfo;
import dev.kappa.run.Named;
import dev.kappa.run.Partial;
import dev.kappa.run.Run;
import dev.kappa.run.RunState;
import dev.kappa.run.Runs;
import dev.kappa.table.Csv;
import dev.kappa.table.Parquet;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.util.List;
import java.util.Optional;
import org.springframework.http.ContentDisposition;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What a run found, and how its blocks went. */
@RestController
@RequestMapping("/v1/runs/{id}")
class FindingsController {
    private static final int NARROWEST = 64;
    private static final int WIDEST = 4_096;

    private final RunViews views;
    private final Runs runs;

    FindingsController(RunViews views, Runs runs) {
        this.views = views;
        this.runs = runs;
    }

    /**
     * @param partial true where blocks are missing; every metric then has the flag {@code partial}
     * @param blocksDone how many blocks the metrics rest on
     */
    record MetricsView(boolean partial, int blocksDone, int blocksTotal, List<Metric> metrics) {}

    record TablesView(List<Named> tables) {}

    record FiguresView(List<Named> figures) {}

    record ArtifactsView(List<ArtifactInfo> artifacts) {}

    record BlocksView(List<BlockInfo> blocks) {}

    /** Of a run that goes on, or ended before its last block, what the blocks say that are done. */
    @Operation(summary = "The metrics of a run")
    @Refuses(status = 404, codes = "unknown_run")
    @GetMapping("/metrics")
    MetricsView metrics(@PathVariable String id) {
        Run run = views.find(id);
        if (run.state() == RunState.SUCCEEDED) {
            return new MetricsView(false, run.blocks(), run.blocks(), runs.metrics(id));
        }
        Partial partial = runs.partial(id);
        return new MetricsView(true, partial.blocks(), run.blocks(), partial.metrics());
    }

    @Operation(summary = "The tables of a run by name")
    @Refuses(status = 404, codes = "unknown_run")
    @GetMapping("/tables")
    TablesView tables(@PathVariable String id) {
        return new TablesView(runs.tables(find(id)));
    }

    /** As JSON, CSV or Parquet, by {@code format} or else by the Accept header. */
    @Operation(summary = "A table as JSON, CSV or Parquet")
    @ApiResponse(
            responseCode = "200",
            description = "OK",
            content = {
                @Content(mediaType = "application/json", schema = @Schema(implementation = Table.class)),
                @Content(mediaType = "text/csv", schema = @Schema(type = "string")),
                @Content(
                        mediaType = "application/vnd.apache.parquet",
                        schema = @Schema(type = "string", format = "binary"))
            })
    @Refuses(status = 400, codes = "invalid_query")
    @Refuses(status = 404, codes = {"unknown_run", "unknown_table"})
    @GetMapping("/tables/{name}")
    ResponseEntity<?> table(
            @PathVariable String id,
            @PathVariable String name,
            @RequestParam Optional<String> format,
            @RequestHeader(name = "Accept", defaultValue = MediaType.ALL_VALUE) String accept) {
        Table table = runs.table(find(id), name).orElseThrow(() -> missing(id, "table", name, runs.tables(id)));
        return switch (TableFormat.of(format, accept)) {
            case JSON -> ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(table);
            case CSV -> file(TableFormat.TEXT_CSV, ContentDisposition.inline(), id + "-" + name + ".csv", Csv.of(table));
            case PARQUET -> file(
                    TableFormat.PARQUET_TYPE,
                    ContentDisposition.attachment(),
                    id + "-" + name + ".parquet",
                    Parquet.of(table));
        };
    }

    @Operation(summary = "The figures of a run by name")
    @Refuses(status = 404, codes = "unknown_run")
    @GetMapping("/figures")
    FiguresView figures(@PathVariable String id) {
        return new FiguresView(runs.figures(find(id)));
    }

    /**
     * As its data in JSON or drawn as SVG or PNG, by {@code format} or else by the Accept header.
     *
     * @param width of the PNG in pixels
     */
    @Operation(summary = "A figure as its data, as SVG or as PNG")
    @ApiResponse(
            responseCode = "200",
            description = "OK",
            content = {
                @Content(mediaType = "application/json", schema = @Schema(implementation = Figure.class)),
                @Content(mediaType = "image/svg+xml", schema = @Schema(type = "string")),
                @Content(mediaType = "image/png", schema = @Schema(type = "string", format = "binary"))
            })
    @Refuses(status = 400, codes = "invalid_query")
    @Refuses(status = 404, codes = {"unknown_run", "unknown_figure"})
    @GetMapping("/figures/{name}")
    ResponseEntity<?> figure(
            @PathVariable String id,
            @PathVariable String name,
            @RequestParam Optional<String> format,
            @RequestParam(defaultValue = "1280") int width,
            @RequestHeader(name = "Accept", defaultValue = MediaType.ALL_VALUE) String accept) {
        Figure figure = runs.figure(find(id), name).orElseThrow(() -> missing(id, "figure", name, runs.figures(id)));
        return switch (FigureFormat.of(format, accept)) {
            case JSON -> ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(figure);
            case SVG -> file(
                    FigureFormat.IMAGE_SVG, ContentDisposition.inline(), id + "-" + name + ".svg", SvgFigure.draw(figure));
            case PNG -> file(
                    MediaType.IMAGE_PNG,
                    ContentDisposition.inline(),
                    id + "-" + name + ".png",
                    PngFigure.draw(figure, QueryValues.within("width", width, NARROWEST, WIDEST)));
        };
    }

    @Operation(summary = "The artifacts of a run and their files")
    @Refuses(status = 404, codes = "unknown_run")
    @GetMapping("/artifacts")
    ArtifactsView artifacts(@PathVariable String id) {
        return new ArtifactsView(runs.artifacts(find(id)));
    }

    @Operation(summary = "The blocks of a run and how they went")
    @Refuses(status = 404, codes = "unknown_run")
    @GetMapping("/blocks")
    BlocksView blocks(@PathVariable String id) {
        return new BlocksView(runs.blocks(find(id)));
    }

    private String find(String id) {
        return views.find(id).id();
    }

    private static ResponseEntity<?> file(MediaType type, ContentDisposition.Builder how, String name, Object body) {
        return ResponseEntity.ok()
                .contentType(type)
                .headers(headers -> headers.setContentDisposition(how.filename(name).build()))
                .body(body);
    }

    private static RuntimeException missing(String id, String kind, String name, List<Named> there) {
        return Refusal.notFound(
                "unknown_" + kind,
                "run '" + id + "' has no " + kind + " '" + name + "'; it has: "
                        + String.join(", ", there.stream().map(Named::name).toList()));
    }
}
