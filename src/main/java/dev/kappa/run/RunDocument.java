package dev.kappa.run;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.Table;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Everything that the database has of a run that has ended. Its tallies and artifacts are named by their hashes. */
public record RunDocument(
        Run run,
        List<Metric> metrics,
        List<Table> tables,
        List<Figure> figures,
        List<ArtifactInfo> artifacts,
        List<BlockInfo> blocks,
        List<RunEvent> events) {

    /** Whether another one says the same of the same run; its labels and its kin on this server are not asked. */
    public boolean sameAs(RunDocument other) {
        return identity().equals(other.identity());
    }

    private JsonNode identity() {
        ObjectNode run = RunJson.write(this.run);
        run.remove(List.of("labels", "origin", "parent", "verification", "tallies_expired_at", "artifacts_expired_at"));
        ObjectNode document = run.objectNode();
        document.set("run", run);
        document.set("metrics", Json.tree(metrics));
        document.set("tables", Json.tree(tables));
        document.set("figures", Json.tree(figures));
        document.set("artifacts", Json.tree(artifacts));
        document.set("tallies", Json.tree(blocks.stream().map(BlockInfo::tallyHash).toList()));
        // As text and back, so that a number has the type that its digits give it, wherever it was read.
        return Json.parse(Json.write(document));
    }
}
