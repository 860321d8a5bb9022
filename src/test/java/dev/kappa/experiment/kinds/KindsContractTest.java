package dev.kappa.experiment.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import dev.kappa.experiment.Bench;
import dev.kappa.experiment.Experiment;
import dev.kappa.experiment.Figure;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.Needs;
import dev.kappa.experiment.Plan;
import dev.kappa.experiment.Records;
import dev.kappa.experiment.Shapes;
import dev.kappa.experiment.Table;
import dev.kappa.experiment.Tally;
import dev.kappa.experiment.TestRun;
import dev.kappa.fault.Category;
import dev.kappa.fault.Fault;
import dev.kappa.lm.Architecture;
import dev.kappa.lm.HookPoint;
import dev.kappa.sae.SaeShape;
import dev.kappa.tensor.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import org.assertj.core.api.RecursiveComparisonAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every kind promises, over all of them. */
class KindsContractTest {
    private static final long SEED = 42;
    /** More batches than any block here has. */
    private static final int MANY = 10_000;

    @TempDir
    Path folder;

    private long scopesBefore;
    private ContractCases cases;

    @BeforeEach
    void open() {
        scopesBefore = Scope.openScopes();
        cases = new ContractCases(folder);
    }

    @AfterEach
    void nothingLeaks() {
        cases.close();
        assertThat(Scope.openScopes()).as("open scopes").isEqualTo(scopesBefore);
    }

    private <P extends Record> TestRun<P> run(ContractCases.Case<P> of) {
        return new TestRun<>(of.experiment(), of.parameters(), cases.bench(of), SEED);
    }

    private static RecursiveComparisonAssert<?> compare(Object actual, String what) {
        // NaN is a value, and equal to itself.
        return assertThat(actual)
                .as(what)
                .usingRecursiveComparison()
                .withEqualsForType((a, b) -> Double.compare(a, b) == 0, Double.class);
    }

    @Test
    void theSameSeedGivesTheSameDigits() {
        for (ContractCases.Case<?> one : cases.all()) {
            List<Tally> first = run(one).tallies();
            List<Tally> again = run(one).tallies();
            for (int block = 0; block < first.size(); block++) {
                compare(again.get(block).entries(), one.experiment().kind() + ", block " + block)
                        .isEqualTo(first.get(block).entries());
            }
        }
    }

    @Test
    void aBlockThatIsMeasuredAgainFromTheTallyBeforeItGivesTheSameDigits() {
        for (ContractCases.Case<?> one : cases.all()) {
            TestRun<?> run = run(one);
            List<Tally> tallies = run.tallies();
            int last = tallies.size() - 1;
            compare(run.block(last, tallies.get(last - 1)).entries(), one.experiment().kind())
                    .isEqualTo(tallies.get(last).entries());
        }
    }

    @Test
    void aRunThatIsNoLongerWantedStopsBetweenAnyTwoBatchesAndLeaksNothing() {
        for (ContractCases.Case<?> one : cases.all()) {
            TestRun<?> run = run(one);
            List<Tally> tallies = run.tallies();
            int last = tallies.size() - 1;
            long open = Scope.openScopes();
            for (int block : new int[] {0, last}) {
                int stops = 0;
                Tally previous = block == 0 ? null : tallies.get(block - 1);
                while (stops < MANY && isCancelled(one, run, block, previous, stops + 1)) {
                    stops++;
                    assertThat(Scope.openScopes())
                            .as("%s, cancelled at call %d", one.experiment().kind(), stops)
                            .isEqualTo(open);
                }
                assertThat(stops).as("calls of progress in %s", one.experiment().kind()).isBetween(1, MANY - 1);
            }
            cases.bench(one).cancelAt(MANY * MANY);
        }
    }

    private boolean isCancelled(
            ContractCases.Case<?> one, TestRun<?> run, int block, Tally previous, int call) {
        cases.bench(one).cancelAt(call);
        try {
            run.block(block, previous);
            return false;
        } catch (Bench.Cancelled e) {
            return true;
        }
    }

    @Test
    void concludingIsAPureFunctionOfTheTallies() {
        for (ContractCases.Case<?> one : cases.all()) {
            TestRun<?> run = run(one);
            List<Tally> tallies = run.tallies();
            Findings first = run.conclude(tallies);
            Findings again = run.conclude(new ArrayList<>(tallies));
            compare(again, one.experiment().kind()).isEqualTo(first);
            assertThat(first.metrics()).as(one.experiment().kind()).isNotEmpty();
        }
    }

    @Test
    void theFewestBlocksOfThePlanAreEnoughForAConclusion() {
        for (ContractCases.Case<?> one : cases.all()) {
            TestRun<?> run = run(one);
            int least = Math.max(1, run.plan().leastBlocks());
            assertThat(run.withBlocks(least).findings().metrics())
                    .as("%s in %d blocks", one.experiment().kind(), least)
                    .isNotEmpty();
        }
    }

    @Test
    void findingsAreWellFormed() {
        for (ContractCases.Case<?> one : cases.all()) {
            Findings findings = run(one).findings();
            String kind = one.experiment().kind();
            for (Metric metric : findings.metrics()) {
                assertThat(metric.name()).as(kind).matches("[a-z][a-z0-9_]*");
                assertThat(metric.flags()).as(kind).allMatch(flag -> flag.matches("[a-z][a-z0-9_]*"));
            }
            assertThat(findings.metrics().stream().map(m -> m.name() + m.dimensions()))
                    .as("metrics of %s", kind)
                    .doesNotHaveDuplicates();
            for (Table table : findings.tables()) {
                assertThat(table.rows())
                        .as("table %s of %s", table.name(), kind)
                        .allMatch(row -> row.size() == table.columns().size());
            }
            assertThat(findings.figures().stream().map(Figure::name)).as(kind).doesNotHaveDuplicates();
            for (Figure figure : findings.figures()) {
                assertThat(figure.series())
                        .as("figure %s of %s", figure.name(), kind)
                        .allMatch(series -> series.x().length == series.y().length)
                        .allMatch(series -> series.low().length == series.high().length)
                        .allMatch(series -> series.low().length == 0 || series.low().length == series.y().length);
            }
        }
    }

    @Test
    void everyMetricAndEveryWayToAnIntervalHasWordsOnThePages() {
        Properties metrics = words("metrics");
        Properties methods = words("methods");
        for (ContractCases.Case<?> one : cases.all()) {
            for (Metric metric : run(one).findings().metrics()) {
                assertThat(metrics.stringPropertyNames()).as(one.experiment().kind()).contains(metric.name());
                metric.interval().ifPresent(interval -> assertThat(methods.stringPropertyNames())
                        .as("%s of %s", metric.name(), one.experiment().kind())
                        .contains(interval.method()));
            }
        }
    }

    private static Properties words(String name) {
        Properties words = new Properties();
        try (InputStream in = KindsContractTest.class.getResourceAsStream("/words/" + name + ".properties")) {
            words.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return words;
    }

    @Test
    void wrongParametersAreRefusedByNameBeforeAnythingIsMeasured() {
        for (ContractCases.Case<?> one : cases.all()) {
            for (ContractCases.Wrong wrong : one.wrong()) {
                refused(one, wrong);
            }
        }
    }

    private <P extends Record> void refused(ContractCases.Case<P> one, ContractCases.Wrong wrong) {
        P changed = Records.with(one.parameters(), wrong.component(), wrong.value());
        assertThatExceptionOfType(Fault.class)
                .as("%s with %s = %s", one.experiment().kind(), wrong.component(), wrong.value())
                .isThrownBy(() -> one.experiment().plan(changed, cases.bench(one).shapes()))
                .withMessageContaining(wrong.names())
                .matches(fault -> fault.category() == Category.USER);
    }

    @Test
    void aCorpusOfTheOtherSortIsRefusedByName() {
        for (ContractCases.Case<?> one : cases.all()) {
            corpusRefused(one);
        }
    }

    private <P extends Record> void corpusRefused(ContractCases.Case<P> one) {
        if (one.experiment().needs(one.parameters()).corpus().isPresent()) {
            assertThatExceptionOfType(Fault.class)
                    .as(one.experiment().kind())
                    .isThrownBy(() -> one.experiment().plan(one.parameters(), cases.wrongBench(one).shapes()))
                    .withMessageContaining("'c'")
                    .matches(fault -> fault.category() == Category.USER);
        }
    }

    @Test
    void kindsHaveNamesOfTheirOwnAndSayWhatTheyAnswer() {
        assertThat(Kinds.all().stream().map(Experiment::kind)).doesNotHaveDuplicates();
        for (Experiment<?> kind : Kinds.all()) {
            assertThat(kind.kind()).matches("[a-z][a-z_]*");
            assertThat(kind.title()).isNotBlank();
            assertThat(kind.answers()).contains("?").endsWith(".");
            assertThat(kind.parameters().isRecord()).isTrue();
        }
    }

    @Test
    void everyExampleIsPlannedOnWhatComesWithTheProduct() {
        for (Experiment<?> kind : Kinds.all()) {
            examplePlan(kind);
        }
    }

    private static <P extends Record> void examplePlan(Experiment<P> kind) {
        P example = kind.example();
        Needs needs = kind.needs(example);
        assertThat(ContractCases.bundledWidths().keySet()).as(kind.kind()).containsAll(needs.saes());
        Plan plan = kind.plan(example, bundled(kind instanceof CircuitRecall));
        assertThat(plan.blocks()).as(kind.kind()).isBetween(2, 20).isGreaterThanOrEqualTo(plan.leastBlocks());
        assertThat(plan.activationBytes()).as(kind.kind()).isBetween(0L, 2L << 30);
        if (!(plan.flops() > 0)) {
            fail(kind.kind() + " costs " + plan.flops());
        }
    }

    private static Shapes bundled(boolean pairs) {
        return new Shapes(
                Optional.of(new Architecture("gpt_neox", 6, 128, 128, 2048, 256, 6_900_000)),
                ContractCases.bundledWidths().entrySet().stream().collect(Collectors.toMap(
                        Map.Entry::getKey,
                        sae -> new SaeShape(
                                "saelens",
                                "topk",
                                128,
                                sae.getValue(),
                                Optional.of(HookPoint.parse(Bundled.HOOK)),
                                false,
                                1024L * sae.getValue()))),
                500,
                pairs);
    }
}
