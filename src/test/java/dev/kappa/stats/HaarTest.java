package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.fault.Fault;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class HaarTest {
    @Test
    void rowsUpToDAreOrthonormal() {
        assertOrthonormal(Haar.stackedRows(5, 8, 1), 0, 5, 8);
        assertOrthonormal(Haar.stackedRows(8, 8, 1), 0, 8, 8);
    }

    @Test
    void moreRowsAreStackedBlocksOfOrthonormalRows() {
        double[] rows = Haar.stackedRows(11, 4, 2);
        assertThat(rows).hasSize(44);
        assertOrthonormal(rows, 0, 4, 4);
        assertOrthonormal(rows, 4, 4, 4);
        assertOrthonormal(rows, 8, 3, 4);
        assertThat(Math.abs(dot(rows, 0, 4, 4))).isLessThan(0.999);
        assertThat(Arrays.copyOfRange(rows, 16, 32)).isEqualTo(Haar.block(1, 4, 4, 2));
    }

    @Test
    void theSeedDecides() {
        assertThat(Haar.stackedRows(3, 5, 7)).isEqualTo(Haar.stackedRows(3, 5, 7));
        assertThat(Haar.stackedRows(3, 5, 7)).isNotEqualTo(Haar.stackedRows(3, 5, 8));
        assertThat(Haar.block(0, 3, 5, 7)).isNotEqualTo(Haar.block(1, 3, 5, 7));
    }

    @Test
    void theRowsOfAFullBlockDoNotDependOnHowManyAreAskedFor() {
        double[] few = Haar.block(0, 2, 6, 3);
        double[] all = Haar.block(0, 6, 6, 3);
        for (int i = 0; i < few.length; i++) {
            assertThat(few[i]).isCloseTo(all[i], within(1e-12));
        }
    }

    @Test
    void bothSignsAreDrawn() {
        // LAPACK alone gives +1 for every 1 × 1 matrix, and one sign in the last row of a square block.
        boolean[] seen = new boolean[2];
        boolean[] seenLast = new boolean[2];
        for (int seed = 0; seed < 40; seed++) {
            seen[Haar.block(0, 1, 1, seed)[0] > 0 ? 1 : 0] = true;
            double[] q = Haar.block(0, 2, 2, seed);
            seenLast[q[0] * q[3] - q[1] * q[2] > 0 ? 1 : 0] = true;
        }
        assertThat(seen).containsOnly(true);
        assertThat(seenLast).as("determinants of both signs").containsOnly(true);
    }

    @Test
    void differentBlocksAndSeedsDifferByMoreThanSigns() {
        for (int other = 1; other < 5; other++) {
            double[] a = Haar.block(0, 1, 8, 0);
            assertThat(Math.abs(dot(concatenated(a, Haar.block(other, 1, 8, 0)), 0, 1, 8))).isLessThan(0.99);
            assertThat(Math.abs(dot(concatenated(a, Haar.block(0, 1, 8, other)), 0, 1, 8))).isLessThan(0.99);
        }
    }

    @Test
    @Tag("simulation")
    void everyEntryHasMeanZeroAndVarianceOneOverD() {
        int d = 3;
        int runs = 6000;
        double[] mean = new double[d * d];
        double[] square = new double[d * d];
        for (int run = 0; run < runs; run++) {
            double[] q = Haar.block(0, d, d, 100 + run);
            for (int i = 0; i < q.length; i++) {
                mean[i] += q[i] / runs;
                square[i] += q[i] * q[i] / runs;
            }
        }
        for (int i = 0; i < mean.length; i++) {
            assertThat(mean[i]).as("seeds from 100, entry %d", i).isCloseTo(0, within(0.035));
            assertThat(square[i]).as("seeds from 100, entry %d", i).isCloseTo(1.0 / d, within(0.025));
        }
    }

    @Test
    void refusesMoreRowsThanADimensionHoldsAndNoRows() {
        assertThatThrownBy(() -> Haar.block(0, 5, 4, 1)).isInstanceOf(Fault.class).hasMessageContaining("1 to 4");
        assertThatThrownBy(() -> Haar.block(0, 0, 4, 1)).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Haar.block(0, 0, 0, 1)).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Haar.stackedRows(1 << 20, 1 << 12, 1))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("draw blocks");
        assertThat(Haar.stackedRows(0, 4, 1)).isEmpty();
    }

    private static double[] concatenated(double[] a, double[] b) {
        double[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static void assertOrthonormal(double[] rows, int from, int count, int d) {
        for (int i = from; i < from + count; i++) {
            for (int j = from; j < from + count; j++) {
                assertThat(dot(rows, i, j, d)).isCloseTo(i == j ? 1 : 0, within(1e-12));
            }
        }
    }

    private static double dot(double[] rows, int i, int j, int d) {
        double sum = 0;
        for (int k = 0; k < d; k++) {
            sum += rows[i * d + k] * rows[j * d + k];
        }
        return sum;
    }
}
