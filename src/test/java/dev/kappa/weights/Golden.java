package dev.kappa.weights;

import java.nio.file.Path;

/** The files of {@code make_weights.py}. */
final class Golden {
    private Golden() {}

    static Path path(String name) {
        return Path.of("src/test/resources/golden/weights", name);
    }

    /** 10 · row + column, as the script fills its arrays. */
    static float[] grid(int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = 10 * (i / columns) + i % columns;
        }
        return values;
    }

    /** 0, 1, 2, … */
    static float[] count(int length) {
        return grid(1, length);
    }
}
