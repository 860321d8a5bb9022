package dev.kappa.transfer;

import dev.kappa.fault.Fault;
import dev.kappa.home.Home;
import dev.kappa.limits.Limits;
import dev.kappa.run.ArtifactInfo;
import dev.kappa.run.BlockInfo;
import dev.kappa.run.Conflict;
import dev.kappa.run.Run;
import dev.kappa.run.RunDocument;
import dev.kappa.run.RunDocuments;
import dev.kappa.run.Runs;
import dev.kappa.store.ArtifactStore;
import dev.kappa.store.StoredFile;
import dev.kappa.store.TallyStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Service;
import org.springframework.util.FileSystemUtils;

/**
 * Reads archives of runs: unpacked into a folder of their own, every hash checked, every document understood, before
 * the first row is written.
 */
@Service
public class Imports {
    /**
     * A run that an archive held.
     *
     * @param created false where it was here already, the same in everything that was measured
     */
    public record Imported(Run run, boolean created) {}

    private final RunDocuments documents;
    private final Runs runs;
    private final TallyStore tallies;
    private final ArtifactStore artifacts;
    private final Limits limits;
    private final Path root;

    Imports(RunDocuments documents, Runs runs, TallyStore tallies, ArtifactStore artifacts, Limits limits, Home home)
            throws IOException {
        this.documents = documents;
        this.runs = runs;
        this.tallies = tallies;
        this.artifacts = artifacts;
        this.limits = limits;
        // What an earlier process left unfinished is nobody's.
        FileSystemUtils.deleteRecursively(home.directory().resolve("imports"));
        this.root = home.folder("imports");
    }

    /** Makes the run of an archive readable here; refused where another run has its id. */
    public Imported read(InputStream archive) throws IOException {
        InputStream bounded = new Bounded(archive, limits.importBytes().toBytes());
        try (Spool spool = Spool.of(bounded, root, limits.importUnpackedBytes().toBytes())) {
            RunDocument document = new ArchiveReader(spool).read();
            Soundness.require(document, limits.labels());
            String id = document.run().id();
            if (runs.find(id).isPresent()) {
                return already(document);
            }
            store(document, spool);
            return documents.write(document) ? new Imported(runs.find(id).orElseThrow(), true) : already(document);
        }
    }

    private Imported already(RunDocument document) {
        Run there = runs.find(document.run().id()).orElseThrow();
        if (!there.state().isTerminal() || !documents.read(there).sameAs(document)) {
            throw new Conflict(
                    "run_exists",
                    "there is another run '" + there.id() + "' here: " + there.state() + ", of " + there.createdAt());
        }
        return new Imported(there, false);
    }

    /**
     * Before the rows, as no transaction is to wait for a store; what no row came to name is deleted after a while. Nothing
     * is stored before every hash is checked.
     */
    private void store(RunDocument document, Spool spool) {
        String run = document.run().id();
        List<Runnable> adoptions = new ArrayList<>();
        for (BlockInfo block : document.blocks()) {
            Spool.Entry tally = spool.entries().get(Entries.tally(block.index()));
            if (tally != null) {
                String hash = block.tallyHash().orElse("nothing");
                requireSame(Entries.tally(block.index()), tally, hash);
                adoptions.add(() -> tallies.adopt(run, block.index(), hash, tally.file()));
            }
        }
        for (ArtifactInfo artifact : document.artifacts()) {
            Map<String, Path> files = new LinkedHashMap<>();
            for (StoredFile file : artifact.files()) {
                String path = Entries.artifact(artifact.name(), file.name());
                Spool.Entry entry = spool.entries().get(path);
                if (entry != null) {
                    requireSame(path, entry, file.sha256());
                    files.put(file.name(), entry.file());
                }
            }
            adoptions.add(() -> artifacts.adopt(run, artifact.name(), files));
        }
        adoptions.forEach(Runnable::run);
    }

    private static void requireSame(String path, Spool.Entry entry, String hash) {
        if (!entry.sha256().equals(hash)) {
            throw Fault.user(
                    "archive_changed", "'" + path + "' has SHA-256 " + entry.sha256() + ", but the run had " + hash);
        }
    }
}
