package dev.kappa.sae.format;

import java.util.Arrays;

/** Arithmetic of small arrays. */
final class Factors {
    private Factors() {}

    /** Element by element; null stands for ones. */
    static float[] product(float[] left, float[] right) {
        if (left == null) {
            return right;
        }
        float[] product = new float[left.length];
        for (int i = 0; i < left.length; i++) {
            product[i] = left[i] * right[i];
        }
        return product;
    }

    static float[] product(float[] values, double factor) {
        float[] product = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            product[i] = (float) (values[i] * factor);
        }
        return product;
    }

    static float[] filled(int length, double value) {
        float[] filled = new float[length];
        Arrays.fill(filled, (float) value);
        return filled;
    }

    /** Whether all are 1 as far as PyTorch's allclose can tell. */
    static boolean areOnes(float[] values) {
        for (float value : values) {
            if (!(Math.abs(value - 1.0) <= 1e-8 + 1e-5)) {
                return false;
            }
        }
        return true;
    }

    /** 1 / value; 0 of 0, so that a decoder row of zeros stays one. */
    static float[] inverse(float[] values) {
        float[] inverse = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            inverse[i] = values[i] == 0 ? 0 : 1 / values[i];
        }
        return inverse;
    }
}
