package dev.kappa.run;

import dev.kappa.experiment.Figure;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;

/** A figure of a run. */
@Entity
@Table(name = "figure")
@IdClass(FindingKey.class)
class FigureRow {
    @Id
    @Column(name = "run_id")
    private String run;

    @Id
    private int ordinal;

    private String name;
    private String title;
    private String body;

    protected FigureRow() {}

    FigureRow(String run, int ordinal, Figure figure) {
        this.run = run;
        this.ordinal = ordinal;
        this.name = figure.name();
        this.title = figure.title();
        this.body = Json.write(figure);
    }

    Figure figure() {
        return Json.read(body, Figure.class);
    }
}
