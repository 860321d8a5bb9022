package dev.kappa.experiment.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.RandomSaes;
import dev.kappa.experiment.TestBench;
import dev.kappa.experiment.TestRun;
import dev.kappa.sae.DenseSae;
import dev.kappa.tensor.Scope;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeometricPrivilegeTest {
    private static final int D = 16;

    @TempDir
    Path folder;

    @Test
    void theEnergyOfADecoderRowIsItsQuadraticFormOverItsSquaredNorm() {
        Random random = new Random(1);
        double[] half = random.doubles(D * D, -1, 1).toArray();
        double[] sum = new double[D * D];
        for (int i = 0; i < D; i++) {
            for (int j = 0; j < D; j++) {
                for (int k = 0; k < D; k++) {
                    sum[i * D + j] += half[k * D + i] * half[k * D + j];
                }
            }
        }
        try (Scope scope = Scope.open(Device.cpu())) {
            DenseSae sae = RandomSaes.relu(scope, D, 9, 3);
            sae.weights().decoder().muli(3f);
            float[] rows = sae.weights().decoder().toFloatArray();
            double[] energies = new Energies(sum, Device.cpu()).ofDecoder(sae);
            for (int f = 0; f < 9; f++) {
                double form = 0;
                double square = 0;
                for (int i = 0; i < D; i++) {
                    square += rows[f * D + i] * rows[f * D + i];
                    for (int j = 0; j < D; j++) {
                        form += rows[f * D + i] * sum[i * D + j] * rows[f * D + j];
                    }
                }
                assertThat(energies[f]).isCloseTo(form / square, within(1e-5 * form / square));
            }
        }
    }

    @Test
    void randomDirectionsHaveTheMeanEnergyOfAllDirections() {
        try (Scope scope = Scope.open(Device.cpu());
                TestBench bench = TestBench.of(folder, 5)
                        .with("sae", RandomSaes.relu(scope, D, 40, 4))
                        .withSequences(12, 9, 3)) {
            GeometricPrivilege.Parameters parameters = new GeometricPrivilege.Parameters(
                    "m", "blocks.0.hook_resid_post", "sae", "c", 12, 9, null, 4, null, null, null, 1, false, 4000, 3);
            Findings findings = new TestRun<>(new GeometricPrivilege(), parameters, bench, 8).findings();
            Metric random = findings.metrics().stream()
                    .filter(m -> m.name().equals("mean_energy") && m.dimensions().containsValue("random"))
                    .findFirst()
                    .orElseThrow();
            // The energies of single directions spread by about 0.4; 4000 of them leave 0.006.
            assertThat(random.value()).isCloseTo(1, within(0.03));
            double groups = findings.metrics().stream()
                    .filter(m -> m.name().equals("directions") && !m.dimensions().containsValue("random"))
                    .mapToDouble(Metric::value)
                    .sum();
            assertThat(groups).isLessThanOrEqualTo(40).isPositive();
            assertThat(findings.metrics().stream().filter(m -> m.name().startsWith("score_energy_spearman")))
                    .hasSize(2)
                    .allMatch(m -> m.interval().orElseThrow().method().equals("spearman_disattenuated_t"));
        }
    }
}
