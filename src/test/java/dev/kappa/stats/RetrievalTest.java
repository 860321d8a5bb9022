package dev.kappa.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kappa.fault.Fault;
import org.junit.jupiter.api.Test;

class RetrievalTest {
    @Test
    void equalOrdersRetrieveEverything() {
        double[] score = {3, 1, 2, 5};
        assertThat(Retrieval.atK(score, score, 2)).isEqualTo(new Retrieval(1, 1));
    }

    @Test
    void overlapOfTheFirstK() {
        Retrieval retrieval = Retrieval.atK(new double[] {9, 8, 7, 1, 0}, new double[] {9, 0, 8, 7, 1}, 3);
        assertThat(retrieval.precision()).isCloseTo(2.0 / 3, within(1e-15));
        assertThat(retrieval.recall()).isCloseTo(2.0 / 3, within(1e-15));
    }

    @Test
    void markedItemsMayBeMoreOrFewerThanK() {
        Retrieval retrieval = Retrieval.atK(new double[] {9, 8, 7, 1}, new boolean[] {true, false, false, true}, 1);
        assertThat(retrieval.precision()).isEqualTo(1);
        assertThat(retrieval.recall()).isEqualTo(0.5);
    }

    @Test
    void tiesAtTheLastPlaceShareIt() {
        assertThat(Retrieval.firstK(new double[] {5, 2, 2, 2, 1}, Ranks.ones(5), 2))
                .containsExactly(new double[] {1, 1.0 / 3, 1.0 / 3, 1.0 / 3, 0}, within(1e-15));
        Retrieval retrieval = Retrieval.atK(new double[] {0, 0, 0, 0}, new boolean[] {true, false, false, false}, 2);
        assertThat(retrieval.precision()).isCloseTo(0.25, within(1e-15));
        assertThat(retrieval.recall()).isCloseTo(0.5, within(1e-15));
    }

    @Test
    void sampledItemsStandForThosePassedOver() {
        // One of the rest was sampled for ten; it belongs to the relevant, which the first k therefore miss.
        double[] score = {9, 8, 1};
        double[] reference = {9, 1, 5};
        Retrieval retrieval = Retrieval.atK(score, reference, new double[] {1, 1, 10}, 2);
        // Relevant: the first item and one tenth of the ten; chosen: the first two.
        assertThat(retrieval.recall()).isCloseTo(0.5, within(1e-15));
        assertThat(retrieval.precision()).isCloseTo(0.5, within(1e-15));
    }

    @Test
    void kBeyondTheItemsTakesAllAndKZeroNone() {
        assertThat(Retrieval.firstK(new double[] {1, 2}, Ranks.ones(2), 5)).containsExactly(1, 1);
        assertThat(Retrieval.firstK(new double[] {1, 2}, Ranks.ones(2), 0)).containsExactly(0, 0);
        assertThat(Retrieval.atK(new double[] {1}, new boolean[] {true}, 0).precision()).isNaN();
        assertThat(Retrieval.atK(new double[] {1}, new boolean[] {false}, 1).recall()).isNaN();
    }

    @Test
    void refusesBadArguments() {
        assertThatThrownBy(() -> Retrieval.atK(new double[2], new double[3], 1)).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Retrieval.atK(new double[2], new boolean[3], 1)).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Retrieval.firstK(new double[2], new double[3], 1)).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Retrieval.firstK(new double[2], new double[2], -1)).isInstanceOf(Fault.class);
        assertThatThrownBy(() -> Retrieval.firstK(new double[] {Double.NaN}, new double[1], 1))
                .isInstanceOf(Fault.class);
    }
}
