package dev.kappa.run;

import dev.kappa.experiment.Metric;
import dev.kappa.stats.Interval;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.type.TypeReference;

/** A metric of a run. Double precision keeps NaN and the infinities. */
@Entity
@Table(name = "metric")
@IdClass(FindingKey.class)
class MetricRow {
    @Id
    @Column(name = "run_id")
    private String run;

    @Id
    private int ordinal;

    private String name;
    private int version;

    @Column(name = "value")
    private double value;

    private String unit;
    private String dimensions;
    private Double low;
    private Double high;
    private Double level;
    private String method;
    private Integer resamples;
    private long n;
    private String flags;

    protected MetricRow() {}

    MetricRow(String run, int ordinal, Metric metric) {
        this.run = run;
        this.ordinal = ordinal;
        this.name = metric.name();
        this.version = metric.version();
        this.value = metric.value();
        this.unit = metric.unit();
        this.dimensions = Json.write(metric.dimensions());
        this.low = metric.interval().map(Interval::low).orElse(null);
        this.high = metric.interval().map(Interval::high).orElse(null);
        this.level = metric.interval().map(Interval::level).orElse(null);
        this.method = metric.interval().map(Interval::method).orElse(null);
        this.resamples = metric.interval().map(Interval::resamples).orElse(null);
        this.n = metric.n();
        this.flags = Json.write(metric.flags());
    }

    String run() {
        return run;
    }

    Metric metric() {
        Optional<Interval> interval =
                method == null ? Optional.empty() : Optional.of(new Interval(low, high, level, method, resamples));
        Map<String, Object> about = Json.read(dimensions, new TypeReference<>() {});
        List<String> flagged = Json.read(flags, new TypeReference<>() {});
        return new Metric(name, version, value, unit, about, interval, n, flagged);
    }
}
