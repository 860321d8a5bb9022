package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.fault.Fault;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.junit.jupiter.api.Test;

class SymmetricEigenTest {
    private static final double[] TWO_BY_TWO = {2, 1, 1, 2};

    @Test
    void eigenvaluesComeLargestFirst() {
        assertThat(SymmetricEigen.values(TWO_BY_TWO, 2)).containsExactly(new double[] {3, 1}, within(1e-14));
    }

    @Test
    void negativeEigenvaluesAreLeftAsTheyAre() {
        assertThat(SymmetricEigen.values(new double[] {0, 1, 1, 0}, 2))
                .containsExactly(new double[] {1, -1}, within(1e-14));
    }

    @Test
    void everyVectorBelongsToTheValueOfItsIndex() {
        int n = 7;
        long seed = 41;
        double[] a = randomSymmetric(n, seed);
        SymmetricEigen eigen = SymmetricEigen.decompose(a, n);
        for (int k = 0; k < n; k++) {
            double[] v = eigen.vector(k);
            double norm = 0;
            for (int i = 0; i < n; i++) {
                double image = 0;
                for (int j = 0; j < n; j++) {
                    image += a[i * n + j] * v[j];
                }
                assertThat(image).as("seed %d, vector %d", seed, k).isCloseTo(eigen.values()[k] * v[i], within(1e-12));
                norm += v[i] * v[i];
            }
            assertThat(norm).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void agreesWithAnotherLibrary() {
        int n = 12;
        long seed = 7;
        double[] a = randomSymmetric(n, seed);
        double[][] rows = new double[n][n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(a, i * n, rows[i], 0, n);
        }
        double[] other = new EigenDecompositionSymmetric(new Array2DRowRealMatrix(rows)).getEigenvalues();
        Arrays.sort(other);
        double[] ours = SymmetricEigen.values(a, n);
        for (int i = 0; i < n; i++) {
            assertThat(ours[i]).as("seed %d", seed).isCloseTo(other[n - 1 - i], within(1e-11));
        }
    }

    @Test
    void onlyTheSymmetricPartCounts() {
        assertThat(SymmetricEigen.values(new double[] {2, 2, 0, 2}, 2))
                .containsExactly(new double[] {3, 1}, within(1e-14));
    }

    @Test
    void theMatrixGivenStaysAsItWas() {
        double[] a = TWO_BY_TWO.clone();
        SymmetricEigen.decompose(a, 2);
        assertThat(a).isEqualTo(TWO_BY_TWO);
    }

    @Test
    void valuesAloneComeWithoutVectors() {
        assertThat(SymmetricEigen.values(new double[0], 0)).isEmpty();
        assertThat(SymmetricEigen.decompose(new double[0], 0).vectors()).isEmpty();
        assertThat(SymmetricEigen.decompose(TWO_BY_TWO, 2).size()).isEqualTo(2);
    }

    @Test
    void refusesWhatIsNotFiniteAndNamesIt() {
        assertThatThrownBy(() -> SymmetricEigen.values(new double[] {1, Double.NaN, 0, 1}, 2))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("number 1 is NaN")
                .extracting(e -> ((Fault) e).code())
                .isEqualTo("not_finite");
        assertThatThrownBy(() -> SymmetricEigen.values(new double[] {Double.POSITIVE_INFINITY}, 1))
                .isInstanceOf(Fault.class);
    }

    @Test
    void refusesWhatIsNotSquare() {
        assertThatThrownBy(() -> SymmetricEigen.values(new double[5], 2))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("5 numbers are not a 2 × 2 matrix");
        assertThatThrownBy(() -> SymmetricEigen.values(new double[1], -1)).isInstanceOf(Fault.class);
    }

    private static double[] randomSymmetric(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                a[i * n + j] = a[j * n + i] = random.nextDouble() - 0.5;
            }
        }
        return a;
    }
}
