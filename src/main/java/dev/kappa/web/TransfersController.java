package dev.kappa.web;

import dev.kappa.catalog.Refusal;
import dev.kappa.fault.Refuses;
import dev.kappa.run.RunDocument;
import dev.kappa.run.RunDocuments;
import dev.kappa.transfer.Exports;
import dev.kappa.transfer.Imports;
import dev.kappa.transfer.Imports.Imported;
import dev.kappa.transfer.TooLarge;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Runs as files, from one server to another. */
@RestController
class TransfersController {
    private static final String ZIP = "application/zip";

    private final RunViews views;
    private final RunDocuments documents;
    private final Exports exports;
    private final Imports imports;

    TransfersController(RunViews views, RunDocuments documents, Exports exports, Imports imports) {
        this.views = views;
        this.documents = documents;
        this.exports = exports;
        this.imports = imports;
    }

    /**
     * The whole run: its parameters and provenance, metrics, tables (JSON, CSV), figures (JSON, SVG), blocks, events,
     * tallies and artifacts, and a manifest with the SHA-256 of each. Only of runs that have ended; the same run gives
     * the same bytes.
     */
    @Operation(summary = "A run as one zip")
    @ApiResponse(
            responseCode = "200",
            description = "The archive",
            content = @Content(mediaType = ZIP, schema = @Schema(type = "string", format = "binary")))
    @Refuses(status = 404, codes = "unknown_run")
    @Refuses(status = 409, codes = "run_not_ended")
    @GetMapping(path = "/v1/runs/{id}/export")
    void export(@PathVariable String id, HttpServletResponse response) throws IOException {
        RunDocument document = documents.read(views.find(id));
        response.setContentType(ZIP);
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment().filename(id + ".zip").build().toString());
        exports.write(document, response.getOutputStream());
    }

    /**
     * Makes an exported run readable here, under its own id; it is not executed. 201 where it is new, 200 where it was
     * here already, 409 where another run has its id.
     */
    @Operation(summary = "Read a run from a zip")
    @ApiResponse(
            responseCode = "200",
            description = "It was here already",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = RunView.class)))
    @ApiResponse(
            responseCode = "201",
            description = "It is readable here now",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = RunView.class)))
    @Refuses(status = 409, codes = "run_exists")
    @Refuses(status = 413, codes = "too_large")
    @Refuses(
            status = 422,
            codes = {
                "archive_malformed", "archive_unsafe", "archive_changed", "archive_incomplete", "archive_unsupported"
            })
    @PostMapping(path = "/v1/runs:import", consumes = ZIP)
    ResponseEntity<RunView> read(HttpServletRequest request) throws IOException {
        try {
            Imported imported = imports.read(request.getInputStream());
            return ResponseEntity.status(imported.created() ? HttpStatus.CREATED : HttpStatus.OK)
                    .location(URI.create("/v1/runs/" + imported.run().id()))
                    .body(views.full(imported.run()));
        } catch (TooLarge e) {
            throw Refusal.of(HttpStatus.CONTENT_TOO_LARGE, "too_large", e.getMessage());
        }
    }
}
