package dev.kappa.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NumbersTest {
    @Test
    void everyF16ComesBackAsItWas() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float wide = Numbers.f16ToFloat((short) bits);
            int exponent = bits >>> 10 & 31;
            int fraction = bits & 1023;
            double sign = bits >>> 15 == 0 ? 1 : -1;
            if (exponent == 31 && fraction != 0) {
                assertThat(wide).isNaN();
            } else if (exponent == 31) {
                assertThat(wide).isEqualTo((float) (sign / 0.0));
            } else {
                double scale = exponent == 0 ? 0x1p-24 : Math.scalb(1.0, exponent - 25);
                assertThat((double) wide).isEqualTo(sign * (exponent == 0 ? fraction : fraction + 1024) * scale);
            }
            assertThat(Numbers.floatToF16(wide)).isEqualTo((short) (exponent == 31 && fraction != 0 ? bits | 0x200 : bits));
        }
    }

    @Test
    void everyBf16ComesBackAsItWas() {
        ByteBuffer stored = ByteBuffer.allocate(2 << 16).order(ByteOrder.LITTLE_ENDIAN);
        for (int bits = 0; bits < 1 << 16; bits++) {
            stored.putShort((short) bits);
        }
        float[] wide = new float[1 << 16];
        Numbers.toFloats(ElementType.BF16, stored.flip(), FloatBuffer.wrap(wide));
        for (int bits = 0; bits < 1 << 16; bits++) {
            if (wide[bits] == wide[bits]) {
                assertThat(Float.floatToRawIntBits(wide[bits])).isEqualTo(bits << 16);
                assertThat(Numbers.floatToBf16(wide[bits])).isEqualTo((short) bits);
            } else {
                assertThat(Float.intBitsToFloat(Numbers.floatToBf16(wide[bits]) << 16)).isNaN();
            }
        }
    }

    @Test
    void roundsToTheNearestF16AndTiesToEven() {
        long seed = 20240607;
        Random random = new Random(seed);
        for (int i = 0; i < 1_000_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            if (Math.abs(value) < 65520) {
                int low = Numbers.floatToF16(value) & 0x7fff;
                double error = Math.abs(Math.abs(value) - (double) Numbers.f16ToFloat((short) low));
                for (int neighbour : new int[] {low - 1, low + 1}) {
                    if (neighbour >= 0 && neighbour < 0x7c00) {
                        double other = Math.abs(Math.abs(value) - (double) Numbers.f16ToFloat((short) neighbour));
                        assertThat(error < other || error == other && low % 2 == 0)
                                .as("%s rounds to %x, not %x (seed %d)", value, low, neighbour, seed).isTrue();
                    }
                }
            }
        }
        assertThat(Numbers.floatToF16(65520f)).isEqualTo((short) 0x7c00);
        assertThat(Numbers.floatToF16(65519.996f)).isEqualTo((short) 0x7bff);
        assertThat(Numbers.floatToF16(-0x1p-25f)).isEqualTo((short) 0x8000);
        assertThat(Numbers.floatToF16(0x1.8p-24f)).isEqualTo((short) 2);
    }
}
