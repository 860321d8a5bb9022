package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.fault.Fault;
import java.util.SplittableRandom;
import org.hipparchus.stat.correlation.SpearmansCorrelation;
import org.junit.jupiter.api.Test;

class RanksTest {
    @Test
    void tiedValuesShareTheMeanOfTheirRanks() {
        assertThat(Ranks.midranks(new double[] {5, 1, 5, 3, 5})).containsExactly(4, 1, 4, 2, 4);
        assertThat(Ranks.midranks(new double[0])).isEmpty();
    }

    @Test
    void positiveAndNegativeZeroAreTied() {
        assertThat(Ranks.midranks(new double[] {0.0, -0.0, 1})).containsExactly(1.5, 1.5, 3);
    }

    @Test
    void spearmanIsOneForEveryIncreasingRelation() {
        double[] x = {0.1, 5, 2, 3};
        assertThat(Ranks.spearman(x, new double[] {0.001, 125, 8, 27})).isCloseTo(1, within(1e-15));
        assertThat(Ranks.spearman(x, new double[] {-0.1, -5, -2, -3})).isCloseTo(-1, within(1e-15));
    }

    @Test
    void spearmanAgreesWithAnotherLibraryWhenThereAreTies() {
        for (long seed = 0; seed < 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] x = random.doubles(40).map(u -> Math.floor(8 * u)).toArray();
            double[] y = random.doubles(40).map(u -> Math.floor(5 * u)).toArray();
            assertThat(Ranks.spearman(x, y))
                    .as("seed %d", seed)
                    .isCloseTo(new SpearmansCorrelation().correlation(x, y), within(1e-12));
        }
    }

    @Test
    void aWeightStandsForThatManyEqualItems() {
        double[] x = {1, 4, 2, 3};
        double[] y = {2, 3, 1, 4};
        double weighted = Ranks.spearman(x, y, new double[] {3, 1, 2, 1});
        double repeated = Ranks.spearman(new double[] {1, 1, 1, 4, 2, 2, 3}, new double[] {2, 2, 2, 3, 1, 1, 4});
        assertThat(weighted).isCloseTo(repeated, within(1e-12));
        assertThat(Ranks.midranks(x, new double[] {3, 1, 2, 1})).containsExactly(2, 7, 4.5, 6);
    }

    @Test
    void aConstantSideHasNoCorrelation() {
        assertThat(Ranks.spearman(new double[] {1, 1}, new double[] {1, 2})).isNaN();
        assertThat(Ranks.spearman(new double[] {1, 2}, new double[] {1, 1})).isNaN();
        assertThat(Ranks.spearman(new double[0], new double[0])).isNaN();
    }

    @Test
    void pearsonWeighsBothSides() {
        assertThat(Ranks.pearson(new double[] {1, 2, 3}, new double[] {1, 3, 2}, new double[] {1, 1, 1}))
                .isCloseTo(0.5, within(1e-15));
        assertThat(Ranks.pearson(new double[] {1, 2, 9}, new double[] {1, 3, -7}, new double[] {1, 1, 0}))
                .isCloseTo(1, within(1e-15));
    }

    @Test
    void refusesUnequalLengthsAndNan() {
        assertThatThrownBy(() -> Ranks.spearman(new double[2], new double[3]))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("2 and 3");
        assertThatThrownBy(() -> Ranks.pearson(new double[2], new double[2], new double[1])).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Ranks.pearson(new double[2], new double[1], new double[2])).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Ranks.midranks(new double[2], new double[3])).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Ranks.midranks(new double[] {Double.NaN})).isInstanceOf(Fault.class);
    }
}
