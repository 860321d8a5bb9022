package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TwoStageTest {
    private static final Jackknife BLOCKS = new Jackknife(1, new double[] {0.9, 1.0, 1.1, 1.0});
    private static final Jackknife ITEMS = new Jackknife(1, new double[] {0.8, 1.0, 1.2});

    @Test
    void variancesAddUpAndDrawingAllLeavesTheFirstAlone() {
        double blocks = BLOCKS.standardError();
        double items = ITEMS.standardError();
        assertThat(new TwoStage(BLOCKS, Optional.of(ITEMS), 0).standardError())
                .isCloseTo(Math.hypot(blocks, items), within(1e-12));
        assertThat(new TwoStage(BLOCKS, Optional.of(ITEMS), 0.75).standardError())
                .isCloseTo(Math.sqrt(blocks * blocks + items * items / 4), within(1e-12));
        assertThat(new TwoStage(BLOCKS, Optional.of(ITEMS), 1).standardError()).isCloseTo(blocks, within(1e-12));
        TwoStage alone = new TwoStage(BLOCKS, Optional.empty(), 1);
        assertThat(alone.interval(0.95).low()).isCloseTo(BLOCKS.interval(0.95).low(), within(1e-12));
        assertThat(alone.uncorrectedInterval(0.95).high())
                .isCloseTo(BLOCKS.uncorrectedInterval(0.95).high(), within(1e-12));
    }

    @Test
    void aCorrelationsIntervalStaysBelowOne() {
        Jackknife blocks = new Jackknife(0.9, new double[] {0.7, 0.95, 0.9, 0.99});
        Interval interval = new TwoStage(blocks, Optional.empty(), 1).fisherInterval(0.95);
        assertThat(interval.high()).isLessThan(1);
        assertThat(interval.low()).isLessThan(0.9);
    }

    /**
     * A mean over a stratified sample of items, each measured with noise on blocks. The truth is the mean of the
     * whole population without noise.
     */
    @Test
    void intervalsOfASampledMeanCoverTheTruthAsOftenAsTheySay() {
        int covered = 0;
        int runs = 1000;
        for (int run = 0; run < runs; run++) {
            covered += covers(new Random(run), 120, 30, 12) ? 1 : 0;
        }
        assertThat(covered / (double) runs).isBetween(0.925, 0.98);
    }

    private static boolean covers(Random random, int population, int drawn, int blocks) {
        double truth = 0;
        double[] effects = new double[population];
        for (int i = 0; i < population; i++) {
            effects[i] = random.nextGaussian();
            truth += effects[i] / population;
        }
        // The order of a random population is random: its first items are a sample.
        double[][] measured = new double[blocks][drawn];
        double[] shared = new double[blocks];
        for (int b = 0; b < blocks; b++) {
            shared[b] = 0.5 * random.nextGaussian();
            for (int i = 0; i < drawn; i++) {
                measured[b][i] = effects[i] + shared[b] + 0.5 * random.nextGaussian();
            }
        }
        double estimate = mean(measured, -1, -1);
        TwoStage both = new TwoStage(
                Jackknife.over(blocks, estimate, b -> mean(measured, b, -1)),
                Optional.of(Jackknife.over(drawn, estimate, i -> mean(measured, -1, i))),
                (double) drawn / population);
        return both.interval(0.95).contains(truth);
    }

    private static double mean(double[][] measured, int withoutBlock, int withoutItem) {
        double sum = 0;
        int count = 0;
        for (int b = 0; b < measured.length; b++) {
            for (int i = 0; i < measured[b].length; i++) {
                if (b != withoutBlock && i != withoutItem) {
                    sum += measured[b][i];
                    count++;
                }
            }
        }
        return sum / count;
    }
}
