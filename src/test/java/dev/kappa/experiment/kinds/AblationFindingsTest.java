package dev.kappa.experiment.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kappa.experiment.Findings;
import dev.kappa.experiment.Metric;
import dev.kappa.experiment.Shapes;
import dev.kappa.experiment.Tally;
import dev.kappa.stats.Ranks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Simulated effects of which the truth is known: sampled features, measured on noisy blocks. */
class AblationFindingsTest {
    private static final int WIDTH = 200;
    private static final int BLOCKS = 12;
    private static final int K = 15;
    private static final int OTHERS = 50;
    private static final double SEQUENCES = 3;

    private static final ExactAblation.Parameters PARAMETERS =
            new ExactAblation.Parameters("m", "blocks.0.hook_resid_post", "s", "c", 36, 9, null, K, OTHERS, 10, 4, 4);

    /** Mean effects over an endless corpus. */
    private record Truth(double[] exact, double[] attributed) {
        static Truth of(Random random) {
            double[] exact = new double[WIDTH];
            double[] attributed = new double[WIDTH];
            for (int i = 0; i < WIDTH; i++) {
                exact[i] = Math.exp(1.2 * random.nextGaussian());
                attributed[i] = exact[i] * Math.exp(0.7 * random.nextGaussian());
            }
            return new Truth(exact, attributed);
        }

        double spearman() {
            return Ranks.spearman(attributed, exact);
        }
    }

    private static List<Tally> tallies(Truth truth, Random random, long seed) {
        List<Tally> tallies = new ArrayList<>();
        FeatureSample sample = null;
        for (int b = 0; b < BLOCKS; b++) {
            double[] exact = new double[WIDTH];
            double[] attributed = new double[WIDTH];
            for (int i = 0; i < WIDTH; i++) {
                // Both are measured on the same text, so that part of their noise is shared.
                double shared = 0.3 * random.nextGaussian();
                exact[i] = SEQUENCES * truth.exact()[i] * Math.exp(shared + 0.15 * random.nextGaussian() - 0.056);
                attributed[i] =
                        SEQUENCES * truth.attributed()[i] * Math.exp(shared + 0.15 * random.nextGaussian() - 0.056);
            }
            sample = sample == null ? FeatureSample.draw(attributed, 2 * K, OTHERS, seed) : sample;
            tallies.add(tally(sample, exact, attributed));
        }
        return tallies;
    }

    private static Tally tally(FeatureSample sample, double[] exact, double[] attributed) {
        Tally tally = new Tally().put("sequences", SEQUENCES).put("tokens", 9 * SEQUENCES);
        sample.into(tally);
        double[] fires = new double[WIDTH];
        Arrays.fill(fires, 1);
        tally.put("all/fires", fires);
        EffectSums sums = new EffectSums(sample.size());
        for (int place = 0; place < sample.size(); place++) {
            int feature = sample.features()[place];
            sums.add(place, exact[feature], attributed[feature], attributed[feature]);
        }
        sums.into(tally);
        return tally;
    }

    private static Metric metric(Findings findings, String name) {
        return findings.metrics().stream()
                .filter(m -> m.name().equals(name) && m.dimensions().get("estimator").equals(EffectSums.ATTRIBUTION))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void intervalsOfSpearmansCorrelationCoverThatOfAllFeaturesAsOftenAsTheySay() {
        int runs = 400;
        int covered = 0;
        double error = 0;
        for (int run = 0; run < runs; run++) {
            Random random = new Random(1000 + run);
            Truth truth = Truth.of(random);
            Findings findings = new ExactAblation()
                    .conclude(PARAMETERS, new Shapes(Optional.empty(), Map.of(), 36), tallies(truth, random, run));
            Metric spearman = metric(findings, "spearman");
            covered += spearman.interval().orElseThrow().contains(truth.spearman()) ? 1 : 0;
            error += spearman.value() - truth.spearman();
        }
        assertThat(error / runs).as("mean error of the estimate").isBetween(-0.02, 0.02);
        assertThat(covered / (double) runs).as("coverage").isBetween(0.92, 0.98);
    }
}
