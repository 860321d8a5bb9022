package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.fault.Fault;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SpectrumTest {
    @Test
    void equalEigenvaluesHaveTheirNumberAsEveryDimension() {
        Spectrum spectrum = Spectrum.of(new double[] {2, 2, 2, 2, 0, 0});
        assertThat(spectrum.effectiveRank()).isCloseTo(4, within(1e-12));
        assertThat(spectrum.participationRatio()).isCloseTo(4, within(1e-12));
        assertThat(spectrum.stableRank()).isCloseTo(4, within(1e-12));
        assertThat(spectrum.trace()).isCloseTo(8, within(1e-12));
        assertThat(spectrum.negativeShare()).isZero();
    }

    @Test
    void unequalEigenvaluesHaveTheDimensionsOfTheirDefinitions() {
        Spectrum spectrum = Spectrum.of(new double[] {1, 3});
        double entropy = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25);
        assertThat(spectrum.effectiveRank()).isCloseTo(Math.exp(entropy), within(1e-12));
        assertThat(spectrum.participationRatio()).isCloseTo(16.0 / 10, within(1e-12));
        assertThat(spectrum.stableRank()).isCloseTo(4.0 / 3, within(1e-12));
        assertThat(spectrum.eigenvalues()).containsExactly(3, 1);
    }

    @Test
    void aGeometricSpectrumHasItsAnalyticDimensions() {
        // p_i = (1-q) q^i, infinitely many: entropy -ln(1-q) - q ln q/(1-q); participation (1+q)/(1-q).
        double q = 0.8;
        double[] values = new double[400];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.pow(q, i);
        }
        Spectrum spectrum = Spectrum.of(values);
        assertThat(spectrum.effectiveRank())
                .isCloseTo(Math.exp(-Math.log(1 - q) - q * Math.log(q) / (1 - q)), within(1e-9));
        assertThat(spectrum.participationRatio()).isCloseTo((1 + q) / (1 - q), within(1e-9));
        assertThat(spectrum.stableRank()).isCloseTo(1 / (1 - q), within(1e-9));
    }

    @Test
    void theDimensionsAreOrderedForEverySpectrum() {
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] values = random.doubles(1 + random.nextInt(30)).map(u -> Math.pow(u, 6)).toArray();
            Spectrum s = Spectrum.of(values);
            double slack = 1 + 1e-12;
            assertThat(s.stableRank()).as("seed %d", seed).isLessThanOrEqualTo(s.participationRatio() * slack);
            assertThat(s.participationRatio()).as("seed %d", seed).isLessThanOrEqualTo(s.effectiveRank() * slack);
            assertThat(s.effectiveRank()).as("seed %d", seed).isLessThanOrEqualTo(values.length * slack);
        }
    }

    @Test
    void scaleDoesNotMatterEvenNearTheLimitsOfADouble() {
        for (double scale : new double[] {1e-300, 1, 1e300}) {
            Spectrum spectrum = Spectrum.of(new double[] {3 * scale, scale});
            assertThat(spectrum.participationRatio()).isCloseTo(1.6, within(1e-12));
            assertThat(spectrum.trace()).isCloseTo(4 * scale, within(1e-12 * scale));
        }
    }

    @Test
    void negativeRoundingIsSetToZeroAndItsShareIsKept() {
        Spectrum spectrum = Spectrum.of(new double[] {-1e-16, 1, 1});
        assertThat(spectrum.eigenvalues()).containsExactly(1, 1, 0);
        assertThat(spectrum.negativeShare()).isCloseTo(5e-17, within(1e-25));
        assertThat(spectrum.effectiveRank()).isCloseTo(2, within(1e-12));
    }

    @Test
    void aZeroSpectrumHasNoDimension() {
        Spectrum spectrum = Spectrum.of(new double[] {0, 0});
        assertThat(spectrum.effectiveRank()).isNaN();
        assertThat(spectrum.participationRatio()).isNaN();
        assertThat(spectrum.stableRank()).isNaN();
        assertThat(spectrum.trace()).isZero();
        assertThat(spectrum.negativeShare()).isZero();
        assertThat(Spectrum.of(new double[0]).effectiveRank()).isNaN();
        assertThat(Spectrum.of(new double[] {-1}).negativeShare()).isNaN();
    }

    @Test
    void refusesWhatIsNotFinite() {
        assertThatThrownBy(() -> Spectrum.of(new double[] {1, Double.NaN})).isInstanceOf(Fault.class);
    }

    @Test
    void countsLeadingDirectionsForAShareOfTheTrace() {
        Spectrum spectrum = Spectrum.of(new double[] {5, 3, 1, 1});
        assertThat(spectrum.shareOfFirst(0)).isZero();
        assertThat(spectrum.shareOfFirst(2)).isCloseTo(0.8, within(1e-12));
        assertThat(spectrum.shareOfFirst(9)).isCloseTo(1, within(1e-12));
        assertThat(spectrum.countForShare(0.8)).isEqualTo(2);
        assertThat(spectrum.countForShare(0.81)).isEqualTo(3);
        assertThat(spectrum.countForShare(1)).isEqualTo(4);
        assertThatThrownBy(() -> spectrum.countForShare(1.1)).isInstanceOf(Fault.class);
    }

    @Test
    void aMatrixHasTheSpectrumOfItsEigenvalues() {
        assertThat(Spectrum.ofMatrix(new double[] {2, 1, 1, 2}, 2).participationRatio())
                .isCloseTo(1.6, within(1e-12));
    }
}
