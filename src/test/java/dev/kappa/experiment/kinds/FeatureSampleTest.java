package dev.kappa.experiment.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.experiment.Tally;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FeatureSampleTest {
    private static final double[] SCORES =
            IntStream.range(0, 100).mapToDouble(i -> (i * 37) % 100).toArray();

    @Test
    void theHighestScoresAreInForCertainAndOthersByChance() {
        FeatureSample sample = FeatureSample.draw(SCORES, 10, 20, 1);
        assertThat(sample.size()).isEqualTo(30);
        assertThat(Arrays.stream(sample.features()).limit(10).mapToDouble(i -> SCORES[i]))
                .containsExactly(99.0, 98.0, 97.0, 96.0, 95.0, 94.0, 93.0, 92.0, 91.0, 90.0);
        assertThat(Arrays.stream(sample.features()).boxed()).doesNotHaveDuplicates();
        assertThat(sample.drawnShare()).isCloseTo(20 / 90.0, within(1e-12));
        assertThat(FeatureSample.draw(SCORES, 10, 20, 1).features()).isEqualTo(sample.features());
        assertThat(FeatureSample.draw(SCORES, 10, 20, 2).features()).isNotEqualTo(sample.features());
    }

    @Test
    void everyFeatureOutsideTheCertainOnesIsAsLikelyAsAnyOther() {
        int[] drawn = new int[100];
        for (int seed = 0; seed < 9000; seed++) {
            FeatureSample sample = FeatureSample.draw(SCORES, 10, 20, seed);
            Arrays.stream(sample.features()).skip(10).forEach(i -> drawn[i]++);
        }
        // 2000 expected; five standard deviations are 198.
        assertThat(IntStream.range(0, 100).filter(i -> SCORES[i] < 90).map(i -> drawn[i]))
                .allMatch(count -> Math.abs(count - 2000) < 200);
    }

    @Test
    void weightsAddUpToTheDictionary() {
        FeatureSample sample = FeatureSample.draw(SCORES, 10, 20, 1);
        assertThat(Arrays.stream(sample.weights()).sum()).isCloseTo(100, within(1e-9));
        assertThat(Arrays.stream(sample.weightsWithoutOne()).limit(29).sum()).isCloseTo(100, within(1e-9));
    }

    @Test
    void aSampleThatTakesAllIsACensus() {
        FeatureSample sample = FeatureSample.draw(SCORES, 10, 1000, 1);
        assertThat(sample.size()).isEqualTo(100);
        assertThat(sample.drawnShare()).isEqualTo(1);
        assertThat(sample.weights()).containsOnly(1);
        FeatureSample certain = FeatureSample.draw(SCORES, 1000, 10, 1);
        assertThat(certain.drawnShare()).isEqualTo(1);
        assertThat(certain.weights()).containsOnly(1);
    }

    @Test
    void aSampleComesBackFromATally() {
        FeatureSample sample = FeatureSample.draw(SCORES, 10, 20, 1);
        Tally tally = new Tally();
        sample.into(tally);
        FeatureSample read = FeatureSample.of(tally);
        assertThat(read.features()).isEqualTo(sample.features());
        assertThat(read.certain()).isEqualTo(10);
        assertThat(read.width()).isEqualTo(100);
        assertThat(read.places()[read.features()[17]]).isEqualTo(17);
    }
}
