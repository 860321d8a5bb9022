package dev.kappa.experiment;

import java.util.ArrayList;
import java.util.List;

/** What a run found. */
public record Findings(List<Metric> metrics, List<Table> tables, List<Figure> figures, List<Artifact> artifacts) {
    public Findings {
        metrics = List.copyOf(metrics);
        tables = List.copyOf(tables);
        figures = List.copyOf(figures);
        artifacts = List.copyOf(artifacts);
    }

    /** These, and one more table. */
    public Findings with(Table table) {
        List<Table> more = new ArrayList<>(tables);
        more.add(table);
        return new Findings(metrics, more, figures, artifacts);
    }
}
