package dev.kappa.transfer;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Table;
import dev.kappa.figure.SvgFigure;
import dev.kappa.run.ArtifactInfo;
import dev.kappa.run.BlockInfo;
import dev.kappa.run.Json;
import dev.kappa.run.RunDocument;
import dev.kappa.run.RunEvent;
import dev.kappa.run.RunJson;
import dev.kappa.store.ArtifactStore;
import dev.kappa.store.StoredFile;
import dev.kappa.store.TallyStore;
import dev.kappa.table.Csv;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Service;

/** Writes runs as archives, entry by entry: nothing larger than a table is in memory. */
@Service
public class Exports {
    private final TallyStore tallies;
    private final ArtifactStore artifacts;

    Exports(TallyStore tallies, ArtifactStore artifacts) {
        this.tallies = tallies;
        this.artifacts = artifacts;
    }

    /** Writes the whole run; the stream stays open. */
    public void write(RunDocument document, OutputStream out) throws IOException {
        String run = document.run().id();
        ArchiveWriter archive = new ArchiveWriter(out);
        archive.json(Entries.RUN, RunJson.write(document.run()));
        archive.json(Entries.METRICS, document.metrics());
        archive.json(Entries.ARTIFACTS, document.artifacts());
        archive.json(Entries.BLOCKS, document.blocks());
        archive.text(Entries.EVENTS, events(document.events()));
        for (Table table : document.tables()) {
            archive.json(Entries.TABLES + table.name() + ".json", table);
            archive.text(Entries.TABLES + table.name() + ".csv", Csv.of(table));
        }
        for (Figure figure : document.figures()) {
            archive.json(Entries.FIGURES + figure.name() + ".json", figure);
            archive.text(Entries.FIGURES + figure.name() + ".svg", SvgFigure.draw(figure));
        }
        for (BlockInfo block : document.blocks()) {
            if (block.tallyHash().isPresent()) {
                archive.file(
                        Entries.tally(block.index()),
                        tallies.resource(run, block.index(), block.tallyHash().get()));
            }
        }
        for (ArtifactInfo artifact : document.artifacts()) {
            for (StoredFile file : artifact.files()) {
                archive.file(
                        Entries.artifact(artifact.name(), file.name()),
                        artifacts.resource(run, artifact.name(), file.name()));
            }
        }
        archive.finish(run);
    }

    private static String events(List<RunEvent> events) {
        StringBuilder lines = new StringBuilder();
        for (RunEvent event : events) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("seq", event.seq());
            line.put("type", event.type());
            line.put("data", Json.parse(event.data()));
            lines.append(Json.write(line)).append('\n');
        }
        return lines.toString();
    }
}
