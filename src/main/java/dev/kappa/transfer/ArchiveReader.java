package dev.kappa.transfer;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.Table;
import dev.kappa.fault.Fault;
import dev.kappa.run.ArtifactInfo;
import dev.kappa.run.BlockInfo;
import dev.kappa.run.Json;
import dev.kappa.run.Run;
import dev.kappa.run.RunDocument;
import dev.kappa.run.RunEvent;
import dev.kappa.run.RunJson;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Checks the entries of an archive against its manifest, and reads its documents. */
final class ArchiveReader {
    /** Documents are read into memory. */
    private static final long LARGEST_DOCUMENT = 64L << 20;

    private final Spool spool;

    ArchiveReader(Spool spool) {
        this.spool = spool;
    }

    /** All that the archive says; a fault that names the entry where it says nothing, or not what its manifest has. */
    RunDocument read() {
        List<String> paths = checked();
        Run run = document(Entries.RUN, RunJson::read);
        return new RunDocument(
                run,
                list(Entries.METRICS, Metric.class),
                all(paths, Entries.TABLES, Table.class),
                all(paths, Entries.FIGURES, Figure.class),
                list(Entries.ARTIFACTS, ArtifactInfo.class),
                list(Entries.BLOCKS, BlockInfo.class),
                events());
    }

    private <T> List<T> all(List<String> paths, String folder, Class<T> type) {
        return paths.stream()
                .filter(path -> path.startsWith(folder) && path.endsWith(".json"))
                .map(path -> document(path, json -> Json.read(json, type)))
                .toList();
    }

    private List<String> checked() {
        Manifest manifest = document(Entries.MANIFEST, json -> Json.read(json, Manifest.class));
        if (!Manifest.FORMAT.equals(manifest.format()) || manifest.version() < 1 || manifest.version() > Manifest.VERSION) {
            throw Fault.user(
                    "archive_unsupported",
                    "the archive is of format '" + manifest.format() + "', version " + manifest.version() + "; accepted: "
                            + Manifest.FORMAT + ", versions 1 to " + Manifest.VERSION);
        }
        List<String> paths = new ArrayList<>();
        for (Manifest.File file : manifest.files()) {
            Spool.Entry entry = entry(file.path());
            if (entry.bytes() != file.bytes() || !entry.sha256().equals(file.sha256())) {
                throw Fault.user(
                        "archive_changed",
                        "'" + file.path() + "' has SHA-256 " + entry.sha256() + ", but its manifest says " + file.sha256());
            }
            paths.add(file.path());
        }
        TreeSet<String> more = new TreeSet<>(spool.entries().keySet());
        more.remove(Entries.MANIFEST);
        paths.forEach(more::remove);
        if (!more.isEmpty()) {
            throw Fault.user("archive_changed", "the manifest does not name '" + more.first() + "'");
        }
        return paths;
    }

    private Spool.Entry entry(String path) {
        Spool.Entry entry = spool.entries().get(path);
        if (entry == null) {
            throw Fault.user("archive_incomplete", "the archive has no entry '" + path + "'");
        }
        return entry;
    }

    private <T> List<T> list(String path, Class<T> type) {
        return document(path, json -> {
            if (!json.isArray()) {
                throw new IllegalArgumentException("expected an array");
            }
            List<T> read = new ArrayList<>();
            json.forEach(element -> read.add(Json.read(element, type)));
            return read;
        });
    }

    private List<RunEvent> events() {
        List<RunEvent> events = new ArrayList<>();
        for (String line : text(Entries.EVENTS).split("\n")) {
            if (!line.isEmpty()) {
                events.add(parsed(Entries.EVENTS, () -> {
                    JsonNode event = Json.parse(line);
                    return new RunEvent(
                            event.get("seq").asLong(), event.get("type").asString(), Json.write(event.get("data")));
                }));
            }
        }
        return events;
    }

    private <T> T document(String path, Function<JsonNode, T> read) {
        String text = text(path);
        return parsed(path, () -> read.apply(Json.parse(text)));
    }

    private String text(String path) {
        Spool.Entry entry = entry(path);
        if (entry.bytes() > LARGEST_DOCUMENT) {
            throw new TooLarge("'" + path + "' has " + entry.bytes() + " bytes; accepted: at most " + LARGEST_DOCUMENT);
        }
        try {
            return Files.readString(entry.file());
        } catch (IOException e) {
            throw Fault.user("archive_malformed", "'" + path + "' is no text in UTF-8", e);
        }
    }

    /** Whatever is missing or of another type in a document from elsewhere is that document's fault. */
    private static <T> T parsed(String path, Supplier<T> read) {
        T value;
        try {
            value = read.get();
        } catch (JacksonException | NullPointerException | ClassCastException | IllegalArgumentException e) {
            throw Fault.user(
                    "archive_malformed",
                    "'" + path + "' is not as an export writes it: "
                            + (e instanceof JacksonException json ? json.getOriginalMessage() : e.getMessage()),
                    e);
        }
        if (value == null) {
            throw Fault.user("archive_malformed", "'" + path + "' is null");
        }
        return value;
    }
}
