package dev.kappa.experiment.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.TestBench;
import dev.kappa.experiment.TestRun;
import dev.kappa.experiment.training.Kind;
import dev.kappa.stats.Spectrum;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyntheticGroundTruthTest {
    @TempDir
    Path folder;

    private Findings findings(SyntheticGroundTruth.Parameters parameters) {
        // The kind needs no model; the bench has one anyway.
        try (TestBench bench = TestBench.of(folder, 1)) {
            return new TestRun<>(new SyntheticGroundTruth(), parameters, bench, 9).findings();
        }
    }

    private static double value(Findings findings, String name, Map<String, Object> dimensions) {
        return findings.metrics().stream()
                .filter(m -> m.name().equals(name) && m.dimensions().equals(dimensions))
                .mapToDouble(Metric::value)
                .findFirst()
                .orElseThrow();
    }

    /** Orthogonal directions with equally distributed slopes: the eigenvalues are the squares of the weights. */
    @ParameterizedTest
    @CsvSource({"4, 0", "16, 0", "64, 0", "16, 0.5", "64, 0.3"})
    void kappaIsTheAnalyticEffectiveRankOfWhatIsPlanted(int readers, double decay) {
        Findings findings = findings(new SyntheticGroundTruth.Parameters(
                128, 128, readers, 0.05, 0.05, decay, null, 20_000, 32, Kind.TOPK, 4, null, null, 1, 500, null));
        double analytic = Spectrum.of(IntStream.rangeClosed(1, readers)
                        .mapToDouble(j -> Math.pow(j, -2 * decay))
                        .toArray())
                .effectiveRank();
        assertThat(value(findings, "kappa", Map.of())).isCloseTo(analytic, within(0.03 * analytic));
        assertThat(value(findings, "subspace_overlap", Map.of())).isGreaterThan(0.99);
    }

    /** As many orthogonal sources as coordinates, and attribution that is exact: every read direction is found. */
    @Test
    void attributionFindsThePlantedDirectionsWhereNothingInterferes() {
        Findings findings = findings(new SyntheticGroundTruth.Parameters(
                24,
                24,
                6,
                0.08,
                0.01,
                0.0,
                SyntheticGroundTruth.Nonlinearity.LINEAR,
                60_000,
                48,
                Kind.TOPK,
                3,
                null,
                4e-3,
                4,
                250,
                8));
        assertThat(value(findings, "recovered", Map.of("cosine", 0.7, "among", "selected"))).isEqualTo(6);
        assertThat(value(findings, "recovered", Map.of("cosine", 0.9, "among", "selected"))).isEqualTo(6);
        assertThat(value(findings, "recovered", Map.of("cosine", 0.7, "among", "all"))).isEqualTo(6);
    }
}
