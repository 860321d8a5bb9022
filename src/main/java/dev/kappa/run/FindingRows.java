package dev.kappa.run;

import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.Table;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Findings in the database, in the order in which the experiment gave them. */
@Component
class FindingRows {
    private final EntityManager entities;

    FindingRows(EntityManager entities) {
        this.entities = entities;
    }

    @Transactional(propagation = Propagation.MANDATORY)
    public void write(String run, Findings findings, List<ArtifactInfo> artifacts) {
        int ordinal = 0;
        for (Metric metric : findings.metrics()) {
            entities.persist(new MetricRow(run, ordinal++, metric));
        }
        ordinal = 0;
        for (Table table : findings.tables()) {
            entities.persist(new TableRow(run, ordinal++, table));
        }
        ordinal = 0;
        for (Figure figure : findings.figures()) {
            entities.persist(new FigureRow(run, ordinal++, figure));
        }
        ordinal = 0;
        for (ArtifactInfo artifact : artifacts) {
            entities.persist(new ArtifactRow(run, ordinal++, artifact));
        }
        entities.flush();
    }

    @Transactional(readOnly = true)
    public List<Metric> metrics(String run) {
        return all(MetricRow.class, run).stream().map(MetricRow::metric).toList();
    }

    /** Of several runs, by their ids. */
    @Transactional(readOnly = true)
    public Map<String, List<Metric>> metrics(List<String> runs) {
        Map<String, List<Metric>> found = new HashMap<>();
        entities.createQuery(
                        "select row from MetricRow row where row.run in :runs order by row.run, row.ordinal", MetricRow.class)
                .setParameter("runs", runs)
                .getResultList()
                .forEach(row -> found.computeIfAbsent(row.run(), run -> new ArrayList<>()).add(row.metric()));
        return found;
    }

    /** Name and title of each. */
    @Transactional(readOnly = true)
    public List<Named> tables(String run) {
        return names("TableRow", run);
    }

    @Transactional(readOnly = true)
    public Optional<Table> table(String run, String name) {
        return one(TableRow.class, run, name).map(TableRow::table);
    }

    @Transactional(readOnly = true)
    public List<Table> allTables(String run) {
        return all(TableRow.class, run).stream().map(TableRow::table).toList();
    }

    /** Name and title of each. */
    @Transactional(readOnly = true)
    public List<Named> figures(String run) {
        return names("FigureRow", run);
    }

    @Transactional(readOnly = true)
    public Optional<Figure> figure(String run, String name) {
        return one(FigureRow.class, run, name).map(FigureRow::figure);
    }

    @Transactional(readOnly = true)
    public List<Figure> allFigures(String run) {
        return all(FigureRow.class, run).stream().map(FigureRow::figure).toList();
    }

    @Transactional(readOnly = true)
    public List<ArtifactInfo> artifacts(String run) {
        return all(ArtifactRow.class, run).stream().map(ArtifactRow::artifact).toList();
    }

    private <T> List<T> all(Class<T> type, String run) {
        return entities.createQuery(
                        "select row from " + type.getSimpleName() + " row where row.run = :run order by row.ordinal",
                        type)
                .setParameter("run", run)
                .getResultList();
    }

    private <T> Optional<T> one(Class<T> type, String run, String name) {
        return entities.createQuery(
                        "select row from " + type.getSimpleName() + " row where row.run = :run and row.name = :name",
                        type)
                .setParameter("run", run)
                .setParameter("name", name)
                .getResultStream()
                .findFirst();
    }

    private List<Named> names(String type, String run) {
        return entities.createQuery(
                        "select new dev.kappa.run.Named(row.name, row.title) from " + type
                                + " row where row.run = :run order by row.ordinal",
                        Named.class)
                .setParameter("run", run)
                .getResultList();
    }
}
