package dev.kappa.transfer;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.Shapes;
import dev.kappa.experiment.Table;
import dev.kappa.fault.Fault;
import dev.kappa.run.BlockInfo;
import dev.kappa.run.BlockState;
import dev.kappa.run.Json;
import dev.kappa.run.Labels;
import dev.kappa.run.Run;
import dev.kappa.run.RunDocument;
import dev.kappa.run.RunState;
import dev.kappa.run.Submission;
import dev.kappa.store.ArtifactStore;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;

/** What every run here can be relied upon to be, asked of one from elsewhere before it is written. */
final class Soundness {
    private static final Pattern ID = Pattern.compile("[0-9a-hjkmnp-tv-z]{26}");
    private static final Pattern NAME = Pattern.compile(ArtifactStore.PLAIN_NAME);
    private static final Pattern KEY = Pattern.compile(Labels.NAME);
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private Soundness() {}

    /** @param mostLabels that a run can have here */
    static void require(RunDocument document, int mostLabels) {
        try {
            check(document, mostLabels);
        } catch (NullPointerException | ClassCastException | JacksonException e) {
            throw Fault.user("archive_malformed", "something that every run has is missing or of another type", e);
        }
    }

    private static void check(RunDocument document, int mostLabels) {
        Run run = document.run();
        require(run.id() != null && ID.matcher(run.id()).matches(), "the id", run.id());
        require(run.experiment() != null && NAME.matcher(run.experiment()).matches(), "the experiment", run.experiment());
        require(run.state() != null && run.state().isTerminal(), "the state", run.state());
        require(run.createdAt() != null, "created_at", null);
        objects(run);
        labels(run.labels(), mostLabels);
        blocks(run, document.blocks());
        names("table", document.tables().stream().map(Table::name).toList());
        names("figure", document.figures().stream().map(Figure::name).toList());
        names("artifact", document.artifacts().stream().map(artifact -> artifact.name()).toList());
        document.tables().forEach(Soundness::table);
        document.figures().forEach(Soundness::figure);
        document.metrics().forEach(Soundness::metric);
        document.artifacts().forEach(artifact -> {
            require(artifact.kind() != null && artifact.files() != null, "an artifact without kind or files", artifact.name());
            names("file", artifact.files().stream().map(file -> file.name()).toList());
            artifact.files().forEach(file -> require(SHA256.matcher(file.sha256()).matches(), "a hash", file.sha256()));
        });
        for (int i = 0; i < document.events().size(); i++) {
            require(document.events().get(i).seq() == i + 1, "the number of an event", document.events().get(i).seq());
        }
    }

    private static void objects(Run run) {
        for (String text : List.of(run.parameters(), run.shapes(), run.provenance())) {
            require(Json.parse(text).isObject(), "an object", text);
        }
        // Read when the run is looked at and when it is concluded again.
        run.verified();
        Json.read(Json.parse(run.shapes()), Shapes.class);
    }

    private static void labels(Map<String, String> labels, int most) {
        require(labels.size() <= most, "the number of labels, at most " + most + ",", labels.size());
        labels.forEach((key, value) -> require(
                KEY.matcher(key).matches() && value != null && value.length() <= Labels.LONGEST_VALUE, "the label", key));
    }

    private static void blocks(Run run, List<BlockInfo> blocks) {
        require(run.blocks() >= 1 && run.blocks() <= Submission.MOST_BLOCKS, "the number of blocks", run.blocks());
        require(blocks.size() == run.blocks(), "the number of blocks", blocks.size());
        for (int i = 0; i < blocks.size(); i++) {
            BlockInfo block = blocks.get(i);
            require(block.index() == i, "the index of a block", block.index());
            require(block.state() != null && block.state() != BlockState.RUNNING, "the state of a block", block.state());
            boolean done = block.state() == BlockState.DONE;
            require(done == block.tallyHash().isPresent(), "the tally hash of a block", block.tallyHash().orElse("nothing"));
            block.tallyHash().ifPresent(hash -> require(SHA256.matcher(hash).matches(), "a hash", hash));
            require(done || run.state() != RunState.SUCCEEDED, "the state of a block", block.state());
        }
    }

    private static void names(String kind, List<String> names) {
        Set<String> seen = new HashSet<>();
        names.forEach(name -> require(
                name != null && NAME.matcher(name).matches() && seen.add(name), "the name of a " + kind, name));
    }

    private static void table(Table table) {
        require(table.title() != null && table.columns() != null && table.rows() != null, "a table", table.name());
        table.rows().forEach(row -> {
            require(row.size() == table.columns().size(), "the length of a row of table", table.name());
            row.forEach(value -> require(
                    value == null || value instanceof Number || value instanceof String || value instanceof Boolean,
                    "a value of table",
                    table.name()));
        });
    }

    private static void figure(Figure figure) {
        require(
                figure.title() != null && figure.x() != null && figure.y() != null && figure.series() != null
                        && figure.lines() != null,
                "a figure",
                figure.name());
        require(Stream.of(figure.x(), figure.y()).allMatch(Soundness::axis), "an axis of", figure.name());
        require(figure.series().stream().allMatch(Soundness::series), "a series of", figure.name());
        require(
                figure.lines().stream().allMatch(line -> line != null && line.label() != null && line.axis() != null),
                "a line of",
                figure.name());
    }

    private static boolean axis(Figure.Axis axis) {
        return axis.label() != null && axis.unit() != null && axis.scale() != null;
    }

    private static boolean series(Figure.Series series) {
        return series != null
                && series.label() != null
                && series.style() != null
                && Stream.of(series.x(), series.y(), series.low(), series.high()).allMatch(Objects::nonNull)
                && series.y().length == series.x().length
                && (series.low().length == 0 || series.low().length == series.x().length)
                && series.high().length == series.low().length;
    }

    private static void metric(Metric metric) {
        require(metric.name() != null && metric.unit() != null, "a metric", metric.name());
        require(metric.dimensions().values().stream().allMatch(Objects::nonNull), "the dimensions of", metric.name());
    }

    private static void require(boolean sound, String what, Object value) {
        if (!sound) {
            throw Fault.user("archive_malformed", what + " '" + value + "' is not what a run here can have");
        }
    }
}
