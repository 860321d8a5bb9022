package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Coverage of counts over a threshold and of Spearman's ρ when every score is a mean of noisy blocks. */
@Tag("simulation")
class NoisyScoresSimulationTest {
    private static final int BLOCKS = 20;
    private static final int RUNS = 400;
    private static final int COUNTS = 1_000;

    @ParameterizedTest
    @CsvSource({
        // spread of the true means, share above τ, spread of the block noise, spread of the factor of a block
        "1.5, 0.02, 0.5, 0.0",
        "1.5, 0.02, 1.0, 0.1",
        "0.8, 0.02, 0.9, 0.1",
        "0.8, 0.20, 0.5, 0.1",
        "1.5, 0.20, 0.9, 0.0"
    })
    void nominalIntervalsOfACountCover(double spread, double share, double noise, double common) {
        int features = 1500;
        double tau = Math.exp(spread * new NormalDistribution().inverseCumulativeProbability(1 - share));
        int covered = 0;
        int plain = 0;
        for (int run = 0; run < COUNTS; run++) {
            SplittableRandom random = new SplittableRandom(run);
            double[] means = logNormal(features, spread, random);
            double truth = Arrays.stream(means).filter(m -> m > tau).count();
            double[][] blocks = new double[BLOCKS][];
            for (int b = 0; b < BLOCKS; b++) {
                double factor = Math.exp(common * random.nextGaussian() - common * common / 2);
                blocks[b] = Arrays.stream(means).map(m -> m * factor * unitMean(noise, random.nextGaussian())).toArray();
            }
            covered += ThresholdCount.above(tau, blocks, 0.95).interval().contains(truth) ? 1 : 0;
            plain += jackknifedCount(tau, blocks).contains(truth) ? 1 : 0;
        }
        System.out.printf("count, means e^%.1f, %.0f %% above, noise %.1f, common %.1f: covered %d of %d, jackknife %d%n",
                spread, 100 * share, noise, common, covered, COUNTS, plain);
        assertThat(covered).as("seeds 0 to %d", COUNTS - 1).isBetween(COUNTS * 92 / 100, COUNTS * 98 / 100);
    }

    @ParameterizedTest
    @CsvSource({
        // spread of the true means, share above τ, spread of the factor of a block
        "1.5, 0.02, 0.0",
        "1.5, 0.20, 0.1",
        "0.8, 0.02, 0.1"
    })
    void nominalIntervalsOfACountCoverUnderHeavyTails(double spread, double share, double common) {
        int covered = 0;
        int trusted = 0;
        for (int run = 0; run < COUNTS; run++) {
            HeavyTailed drawn = HeavyTailed.draw(800, spread, share, common, run);
            ThresholdCount count = ThresholdCount.above(drawn.tau, drawn.blocks, 0.95);
            trusted += count.noiseDominated() ? 0 : 1;
            covered += !count.noiseDominated() && count.interval().contains(drawn.truth) ? 1 : 0;
        }
        System.out.printf("count, tails of power %.1f, common %.1f: covered %d of %d that are not flagged%n",
                HeavyTailed.POWER, common, covered, trusted);
        assertThat(trusted).as("seeds 0 to %d", COUNTS - 1).isGreaterThan(COUNTS * 8 / 10);
        assertThat((double) covered / trusted).as("seeds 0 to %d", COUNTS - 1).isBetween(0.92, 0.98);
    }

    @Test
    void aCountIsFlaggedWhereBlocksDifferAsAWhole() {
        int flagged = 0;
        for (int run = 0; run < RUNS / 4; run++) {
            HeavyTailed drawn = HeavyTailed.draw(800, 1.5, 0.2, 0.3, run);
            flagged += ThresholdCount.above(drawn.tau, drawn.blocks, 0.95).noiseDominated() ? 1 : 0;
        }
        assertThat(flagged).as("seeds 0 to %d", RUNS / 4 - 1).isGreaterThan(RUNS / 4 * 9 / 10);
    }

    /** Scores of which each block has its own noise with a tail of a power, times a log-normal factor of the block. */
    private record HeavyTailed(double tau, double truth, double[][] blocks) {
        static final double POWER = 2.5;

        static HeavyTailed draw(int features, double spread, double share, double common, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            double tau = Math.exp(spread * new NormalDistribution().inverseCumulativeProbability(1 - share));
            double[] means = logNormal(features, spread, random);
            double[][] blocks = new double[BLOCKS][];
            for (int b = 0; b < BLOCKS; b++) {
                double factor = unitMean(common, random.nextGaussian());
                blocks[b] = Arrays.stream(means).map(m -> m * factor * heavy(random)).toArray();
            }
            return new HeavyTailed(tau, Arrays.stream(means).filter(m -> m > tau).count(), blocks);
        }
    }

    /** Pareto with mean 1. */
    private static double heavy(SplittableRandom random) {
        double power = HeavyTailed.POWER;
        return (power - 1) / power * Math.pow(1 - random.nextDouble(), -1 / power);
    }

    @ParameterizedTest
    @CsvSource({
        // items, spread between the two true means, share of the noise that both see, spread of the factor of a block
        "150, 1.0, 0.0, 0.0",
        "150, 1.0, 0.0, 0.3",
        "150, 0.3, 0.5, 0.3",
        "400, 0.3, 0.0, 0.0"
    })
    void nominalIntervalsOfSpearmanCoverUnderHeavyTails(int items, double apart, double shared, double common) {
        int covered = 0;
        for (int run = 0; run < RUNS; run++) {
            SplittableRandom random = new SplittableRandom(run);
            double[] first = logNormal(items, 1.5, random);
            double[] second = Arrays.stream(first).map(m -> m * Math.exp(apart * random.nextGaussian())).toArray();
            double[][] x = new double[BLOCKS][items];
            double[][] y = new double[BLOCKS][items];
            for (int b = 0; b < BLOCKS; b++) {
                double factor = unitMean(common, random.nextGaussian());
                for (int i = 0; i < items; i++) {
                    double both = heavy(random);
                    x[b][i] = first[i] * factor * (shared * both + (1 - shared) * heavy(random));
                    y[b][i] = second[i] * factor * (shared * both + (1 - shared) * heavy(random));
                }
            }
            NoisySpearman rho = NoisySpearman.of(x, y, 0.95, run);
            covered += rho.interval().contains(Ranks.spearman(first, second)) ? 1 : 0;
            assertThat(rho.noiseDominated()).isFalse();
        }
        System.out.printf("ρ, tails of power %.1f, %d items, apart e^%.1f, shared %.1f, common %.1f: covered %d of %d%n",
                HeavyTailed.POWER, items, apart, shared, common, covered, RUNS);
        assertThat(covered).as("seeds 0 to %d", RUNS - 1).isBetween(RUNS * 92 / 100, RUNS * 98 / 100);
    }

    @ParameterizedTest
    @CsvSource({
        // spread between the two true means, spread of the block noise, share of the noise that both see
        "0.3, 0.5, 0.9",
        "0.3, 1.0, 0.3",
        "1.0, 0.5, 0.0",
        "1.0, 1.0, 0.9"
    })
    void nominalIntervalsOfSpearmanCover(double apart, double noise, double shared) {
        int covered = 0;
        int plain = 0;
        for (int run = 0; run < RUNS; run++) {
            Pairs pairs = Pairs.draw(150, apart, noise, shared, run);
            double truth = Ranks.spearman(pairs.first, pairs.second);
            covered += NoisySpearman.of(pairs.x, pairs.y, 0.95, run).interval().contains(truth) ? 1 : 0;
            plain += jackknifedRho(pairs).contains(truth) ? 1 : 0;
        }
        System.out.printf("ρ, apart e^%.1f, noise %.1f, shared %.1f: covered %d of %d, jackknife %d%n",
                apart, noise, shared, covered, RUNS, plain);
        assertThat(covered).as("seeds 0 to %d", RUNS - 1).isBetween(RUNS * 92 / 100, RUNS * 98 / 100);
    }

    @Test
    void intervalsOfSpearmanCoverThePopulationOfAStratifiedSample() {
        int population = 1000;
        int certain = 60;
        int sampled = 94;
        int covered = 0;
        for (int run = 0; run < RUNS; run++) {
            Pairs pairs = Pairs.draw(population, 1.0, 0.5, 0.5, run);
            double truth = Ranks.spearman(pairs.first, pairs.second);
            int[] byScore = IntStream.range(0, population)
                    .boxed()
                    .sorted((i, j) -> Double.compare(pairs.first[j], pairs.first[i]))
                    .mapToInt(i -> i)
                    .toArray();
            int[] rest = new SplittableRandom(run)
                    .ints(certain, population)
                    .distinct()
                    .limit(sampled)
                    .toArray();
            int[] items = IntStream.concat(IntStream.range(0, certain), Arrays.stream(rest))
                    .map(i -> byScore[i])
                    .toArray();
            double[] weights = new double[items.length];
            Arrays.fill(weights, 0, certain, 1);
            Arrays.fill(weights, certain, weights.length, (population - certain) / (double) sampled);
            Interval interval = NoisySpearman.of(pick(pairs.x, items), pick(pairs.y, items), weights, 0.95, run)
                    .interval();
            covered += interval.contains(truth) ? 1 : 0;
        }
        System.out.printf("ρ of a stratified sample: covered %d of %d%n", covered, RUNS);
        assertThat(covered).as("seeds 0 to %d", RUNS - 1).isBetween(RUNS * 92 / 100, RUNS * 98 / 100);
    }

    /** True means of two scores and their noisy blocks. */
    private record Pairs(double[] first, double[] second, double[][] x, double[][] y) {
        static Pairs draw(int items, double apart, double noise, double shared, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] first = logNormal(items, 1.5, random);
            double[] second = Arrays.stream(first).map(m -> m * Math.exp(apart * random.nextGaussian())).toArray();
            double[][] x = new double[BLOCKS][items];
            double[][] y = new double[BLOCKS][items];
            for (int b = 0; b < BLOCKS; b++) {
                for (int i = 0; i < items; i++) {
                    double both = Math.sqrt(shared) * random.nextGaussian();
                    double own = Math.sqrt(1 - shared);
                    x[b][i] = first[i] * unitMean(noise, both + own * random.nextGaussian());
                    y[b][i] = second[i] * unitMean(noise, both + own * random.nextGaussian());
                }
            }
            return new Pairs(first, second, x, y);
        }
    }

    private static Interval jackknifedCount(double tau, double[][] blocks) {
        double[] total = total(blocks);
        return Jackknife.over(BLOCKS, countAbove(tau * BLOCKS, total), b -> {
                    double[] rest = new double[total.length];
                    Arrays.setAll(rest, i -> total[i] - blocks[b][i]);
                    return countAbove(tau * (BLOCKS - 1), rest);
                })
                .interval(0.95);
    }

    private static Interval jackknifedRho(Pairs pairs) {
        double[] totalX = total(pairs.x);
        double[] totalY = total(pairs.y);
        return Jackknife.over(BLOCKS, Ranks.spearman(totalX, totalY), b -> {
                    double[] restX = new double[totalX.length];
                    double[] restY = new double[totalX.length];
                    Arrays.setAll(restX, i -> totalX[i] - pairs.x[b][i]);
                    Arrays.setAll(restY, i -> totalY[i] - pairs.y[b][i]);
                    return Ranks.spearman(restX, restY);
                })
                .interval(0.95);
    }

    private static double countAbove(double tau, double[] values) {
        return Arrays.stream(values).filter(v -> v > tau).count();
    }

    private static double[] total(double[][] blocks) {
        double[] total = new double[blocks[0].length];
        for (double[] block : blocks) {
            Arrays.setAll(total, i -> total[i] + block[i]);
        }
        return total;
    }

    private static double[][] pick(double[][] blocks, int[] items) {
        return Arrays.stream(blocks)
                .map(block -> Arrays.stream(items).mapToDouble(i -> block[i]).toArray())
                .toArray(double[][]::new);
    }

    private static double[] logNormal(int n, double spread, SplittableRandom random) {
        double[] out = new double[n];
        Arrays.setAll(out, i -> Math.exp(spread * random.nextGaussian()));
        return out;
    }

    /** Log-normal with mean 1. */
    private static double unitMean(double spread, double gaussian) {
        return Math.exp(spread * gaussian - spread * spread / 2);
    }
}
