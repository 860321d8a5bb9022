package dev.kappa.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunItemsTest {
    @Test
    void partsAreNearlyEqualInOrderAndCompleteForEverySize() {
        for (int size = 0; size < 50; size++) {
            List<Integer> all = IntStream.range(0, size).boxed().toList();
            for (int of = 1; of <= 20; of++) {
                List<Integer> joined = new ArrayList<>();
                for (int index = 0; index < of; index++) {
                    List<Integer> part = RunItems.part(all, index, of);
                    assertThat(part.size()).isBetween(size / of, size / of + 1);
                    joined.addAll(part);
                }
                assertThat(joined).isEqualTo(all);
            }
        }
    }
}
