package dev.kappa.testing;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.kappa.experiment.Artifact;
import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Block;
import dev.kappa.experiment.Description;
import dev.kappa.experiment.Experiment;
import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.Needs;
import dev.kappa.experiment.Plan;
import dev.kappa.experiment.Shapes;
import dev.kappa.experiment.Table;
import dev.kappa.experiment.Tally;
import dev.kappa.fault.Fault;
import dev.kappa.stats.Interval;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Sums seeded draws: an experiment without tensors that a test can hold at a gate, let fail, or let end the
 * process.
 */
public final class CountingExperiment implements Experiment<CountingExperiment.Parameters> {
    /** What goes wrong in the chosen block. */
    public enum Trouble {
        @JsonProperty("none")
        NONE,
        @JsonProperty("user_fault")
        USER_FAULT,
        @JsonProperty("exception")
        EXCEPTION,
        @JsonProperty("out_of_memory")
        OUT_OF_MEMORY,
        @JsonProperty("device_lost")
        DEVICE_LOST,
        @JsonProperty("stall")
        STALL,
        @JsonProperty("halt")
        HALT,
        @JsonProperty("in_conclusion")
        IN_CONCLUSION
    }

    /** What to draw, and what is to happen meanwhile. */
    public record Parameters(
            @Min(1) @Max(1_000_000) @Description("Draws in each block") Integer draws,
            @Min(1) @Max(1_000) @Description("Blocks of the plan") Integer parts,
            @Description("Each block starts from the sum of the one before") Boolean sequential,
            @Description("A file; blocks from 'gate_from' on wait until it is there") String gate,
            @Min(0) Integer gateFrom,
            @Description("A file; the last block waits until it is there") String lastGate,
            Trouble trouble,
            @Min(0) Integer troubleIn,
            @Min(0) @Description("How often the trouble comes before it is over") Integer troubleTimes,
            @Description("Counts troubles across attempts; of all processes where it is a file's path") String name,
            @Description("The sum is reported so many times; read by the conclusion alone") Double times) {
        public Parameters {
            draws = draws == null ? 100 : draws;
            parts = parts == null ? 4 : parts;
            sequential = sequential == null ? false : sequential;
            gateFrom = gateFrom == null ? 0 : gateFrom;
            trouble = trouble == null ? Trouble.NONE : trouble;
            troubleIn = troubleIn == null ? 0 : troubleIn;
            troubleTimes = troubleTimes == null ? Integer.MAX_VALUE : troubleTimes;
            name = name == null ? "" : name;
            times = times == null ? 1.0 : times;
        }
    }

    private static final long POLL_NANOS = 5_000_000;
    private static final Map<String, Integer> TROUBLES = new ConcurrentHashMap<>();

    @Override
    public String kind() {
        return "counting";
    }

    @Override
    public String title() {
        return "Counting";
    }

    @Override
    public String answers() {
        return "What do seeded draws add up to?";
    }

    @Override
    public Class<Parameters> parameters() {
        return Parameters.class;
    }

    @Override
    public Parameters example() {
        return new Parameters(1_000, 4, null, null, null, null, null, null, null, null, null);
    }

    @Override
    public Set<String> concludingParameters() {
        return Set.of("times");
    }

    @Override
    public Needs needs(Parameters parameters) {
        return Needs.nothing();
    }

    @Override
    public Plan plan(Parameters parameters, Shapes shapes) {
        if (parameters.name().equals("unheard")) {
            throw Fault.user("unheard_name", "the name 'unheard' is not accepted; accepted: any other");
        }
        return new Plan(parameters.parts(), 1, parameters.sequential(), 0, parameters.draws());
    }

    @Override
    public Tally measure(Parameters parameters, Block block, Bench bench) {
        SplittableRandom random = new SplittableRandom(block.seed() * 1_000_003 + block.index());
        double sum = bench.previous().map(before -> before.number("sum")).orElse(0.0);
        for (int i = 0; i < parameters.draws(); i++) {
            sum += random.nextDouble();
            if (i == parameters.draws() / 2) {
                bench.progress(0.5);
                waitAtGate(parameters, block, bench);
            }
        }
        if (block.index() == parameters.troubleIn() && parameters.trouble() != Trouble.IN_CONCLUSION) {
            meet(parameters);
        }
        return new Tally().put("sum", sum).put("draws", parameters.draws());
    }

    private static void waitAtGate(Parameters parameters, Block block, Bench bench) {
        if (parameters.gate() != null && parameters.trouble() != Trouble.STALL && block.index() >= parameters.gateFrom()) {
            wait(parameters.gate(), bench);
        }
        if (parameters.lastGate() != null && block.index() == block.of() - 1) {
            wait(parameters.lastGate(), bench);
        }
    }

    private static void wait(String gate, Bench bench) {
        while (!Files.exists(Path.of(gate))) {
            LockSupport.parkNanos(POLL_NANOS);
            bench.progress(0.5);
        }
    }

    private static void meet(Parameters parameters) {
        if (count(parameters.name()) > parameters.troubleTimes()) {
            return;
        }
        switch (parameters.trouble()) {
            case USER_FAULT -> throw Fault.user("measured_badly", "the file 'x' turned out to be wrong");
            case EXCEPTION -> throw new IllegalStateException("nobody expected this");
            case OUT_OF_MEMORY -> throw new OutOfMemoryError("as a test wants it");
            case DEVICE_LOST -> throw new IllegalStateException("CUDA error: an illegal memory access was encountered");
            case STALL -> waitWithoutAWord(Path.of(parameters.gate()));
            case HALT -> Runtime.getRuntime().halt(134);
            case IN_CONCLUSION -> throw new IllegalStateException("nobody expected this either");
            case NONE -> {}
        }
    }

    private static int count(String name) {
        if (!name.startsWith("/")) {
            return TROUBLES.merge(name, 1, Integer::sum);
        }
        try {
            Path file = Path.of(name);
            Files.write(file, new byte[1], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            return (int) Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void waitWithoutAWord(Path gate) {
        while (!Files.exists(gate)) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    @Override
    public Findings conclude(Parameters parameters, Shapes shapes, List<Tally> tallies) {
        if (parameters.trouble() == Trouble.IN_CONCLUSION) {
            meet(parameters);
        }
        double[] sums = tallies.stream().mapToDouble(tally -> tally.number("sum")).toArray();
        double total = parameters.times() * Arrays.stream(sums).sum();
        Interval interval = new Interval(Double.NEGATIVE_INFINITY, total + 1, 0.95, "made_up", tallies.size());
        List<Metric> metrics = List.of(
                new Metric("sum", 1, total, "", Map.of("parts", sums.length), Optional.of(interval), 7, List.of("exact")),
                new Metric("nothing", 1, Double.NaN, "nats", Map.of(), Optional.empty(), 0, List.of()),
                new Metric("everything", 1, Double.POSITIVE_INFINITY, "", Map.of(), Optional.empty(), 0, List.of()));
        return new Findings(metrics, List.of(table(sums)), List.of(figure(sums)), List.of(artifact(total)));
    }

    private static Table table(double[] sums) {
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 0; i < sums.length; i++) {
            rows.add(Arrays.asList(i, sums[i], i == 0 ? Double.NaN : 1.0 / i, i == 0 ? null : "a \"b\", c", i > 1));
        }
        return new Table("sums", "Sums of the blocks", List.of("block", "sum", "inverse", "note", "late"), rows);
    }

    private static Figure figure(double[] sums) {
        double[] x = new double[sums.length];
        Arrays.setAll(x, i -> i);
        double[] y = sums.clone();
        y[0] = Double.NaN;
        return new Figure(
                "sums",
                "Sums of the blocks",
                Figure.Axis.linear("block", ""),
                Figure.Axis.log("sum", ""),
                List.of(Figure.Series.of("sum", "points", x, y)),
                List.of(new Figure.Line("one", "y", 1)));
    }

    private static Artifact artifact(double total) {
        return new Artifact("total", "data", Map.of("total.txt", Double.toString(total).getBytes(StandardCharsets.UTF_8)));
    }
}
