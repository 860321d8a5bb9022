package dev.kappa.web;

import dev.kappa.catalog.Refusal;
import dev.kappa.fault.Refuses;
import dev.kappa.run.ArtifactInfo;
import dev.kappa.run.BlockInfo;
import dev.kappa.run.Runs;
import dev.kappa.store.ArtifactStore;
import dev.kappa.store.StoredFile;
import dev.kappa.store.TallyStore;
import io.swagger.v3.oas.annotations.Operation;
import org.springframework.core.io.Resource;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Files that runs left, whole or in ranges. They never change: the tag of each is the hash of its content. */
@RestController
@RequestMapping("/v1/runs/{id}")
class DownloadsController {
    private final RunViews views;
    private final Runs runs;
    private final TallyStore tallies;
    private final ArtifactStore artifacts;

    DownloadsController(RunViews views, Runs runs, TallyStore tallies, ArtifactStore artifacts) {
        this.views = views;
        this.runs = runs;
        this.tallies = tallies;
        this.artifacts = artifacts;
    }

    /** The sums of a block as safetensors. */
    @Operation(summary = "The tally of a block as safetensors")
    @Refuses(status = 404, codes = {"unknown_run", "unknown_block", "unknown_tally", "file_gone"})
    @GetMapping(path = "/blocks/{index}/tally", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    ResponseEntity<Resource> tally(@PathVariable String id, @PathVariable int index) {
        BlockInfo block = runs.blocks(views.find(id).id()).stream()
                .filter(candidate -> candidate.index() == index)
                .findFirst()
                .orElseThrow(() -> Refusal.notFound("unknown_block", "run '" + id + "' has no block '" + index + "'"));
        String hash = block.tallyHash()
                .orElseThrow(() -> Refusal.notFound(
                        "unknown_tally", "block '" + index + "' of run '" + id + "' is " + block.state() + " and has no tally"));
        return file(tallies.resource(id, index, hash), id + "-" + index + ".safetensors", hash);
    }

    /** One file of an artifact. */
    @Operation(summary = "A file of an artifact")
    @Refuses(status = 404, codes = {"unknown_run", "unknown_artifact", "unknown_file", "file_gone"})
    @GetMapping(path = "/artifacts/{name}/{file}", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    ResponseEntity<Resource> artifact(@PathVariable String id, @PathVariable String name, @PathVariable String file) {
        ArtifactInfo artifact = runs.artifacts(views.find(id).id()).stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Refusal.notFound("unknown_artifact", "run '" + id + "' has no artifact '" + name + "'"));
        StoredFile stored = artifact.files().stream()
                .filter(candidate -> candidate.name().equals(file))
                .findFirst()
                .orElseThrow(() -> Refusal.notFound(
                        "unknown_file",
                        "artifact '" + name + "' has no file '" + file + "'; it has: "
                                + String.join(", ", artifact.files().stream().map(StoredFile::name).toList())));
        return file(artifacts.resource(id, name, stored.name()), stored.name(), stored.sha256());
    }

    private static ResponseEntity<Resource> file(Resource resource, String name, String hash) {
        if (!resource.exists()) {
            throw Refusal.notFound("file_gone", "'" + name + "' was written, but is no longer in the server's store");
        }
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .eTag('"' + hash + '"')
                .header(HttpHeaders.ACCEPT_RANGES, "bytes")
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename(name).build().toString())
                .body(resource);
    }
}
