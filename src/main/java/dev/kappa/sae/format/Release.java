package dev.kappa.sae.format;

import dev.kappa.sae.SaeOptions;
import java.nio.file.Path;

/** A published layout. */
interface Release {
    /** For people: whose layout it is. */
    String title();

    /** The file whose presence tells the layout. */
    String weights();

    /** The file that must stand beside it; empty where the layout has none. */
    String config();

    /** Reads the description and checks every tensor's shape; loads no large tensor. */
    Blueprint read(Path folder, SaeOptions options);
}
