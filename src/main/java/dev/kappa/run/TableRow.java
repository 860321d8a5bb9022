package dev.kappa.run;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import java.util.List;
import tools.jackson.core.type.TypeReference;

/** A table of a run. */
@Entity
@jakarta.persistence.Table(name = "result_table")
@IdClass(FindingKey.class)
class TableRow {
    @Id
    @Column(name = "run_id")
    private String run;

    @Id
    private int ordinal;

    private String name;
    private String title;
    private String columns;

    @Column(name = "rows")
    private String rows;

    protected TableRow() {}

    TableRow(String run, int ordinal, dev.kappa.experiment.Table table) {
        this.run = run;
        this.ordinal = ordinal;
        this.name = table.name();
        this.title = table.title();
        this.columns = Json.write(table.columns());
        this.rows = Json.write(table.rows());
    }

    dev.kappa.experiment.Table table() {
        return new dev.kappa.experiment.Table(
                name,
                title,
                Json.read(columns, new TypeReference<>() {}),
                Json.<List<List<Object>>>read(rows, new TypeReference<>() {}));
    }
}
