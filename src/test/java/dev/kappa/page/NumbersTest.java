package dev.kappa.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class NumbersTest {
    @Test
    void numbersHaveFourDigitsAndWholeOnesAll() {
        assertThat(Numbers.of(77.4936)).isEqualTo("77.49");
        assertThat(Numbers.of(0.0213)).isEqualTo("0.02130");
        assertThat(Numbers.of(16384)).isEqualTo("16,384");
        assertThat(Numbers.of(-1234.56)).isEqualTo("−1,235");
        assertThat(Numbers.of(3.14e-7)).isEqualTo("3.14 × 10⁻⁷");
        assertThat(Numbers.of(-2.5e12)).isEqualTo("−2.50 × 10¹²");
        assertThat(Numbers.of(Double.NaN)).isEqualTo("NaN");
        assertThat(Numbers.of(Double.NEGATIVE_INFINITY)).isEqualTo("−∞");
        assertThat(Numbers.of(0)).isEqualTo("0");
    }

    @Test
    void durationsAndBytesAreShort() {
        assertThat(Numbers.duration(Duration.ofMillis(1250))).isEqualTo("1.3 s");
        assertThat(Numbers.duration(Duration.ofSeconds(61))).isEqualTo("1 min 1 s");
        assertThat(Numbers.duration(Duration.ofMinutes(125))).isEqualTo("2 h 5 min");
        assertThat(Numbers.bytes(1023)).isEqualTo("1023 bytes");
        assertThat(Numbers.bytes(6L << 30)).isEqualTo("6.0 GiB");
    }
}
