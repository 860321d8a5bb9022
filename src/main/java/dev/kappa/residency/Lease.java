package dev.kappa.residency;

import ai.djl.Device;
import dev.kappa.lm.LanguageModel;
import dev.kappa.sae.Sae;

/** Loaded weights on one device that stay there, and bytes for activations, until this closes. */
public interface Lease extends AutoCloseable {
    Device device();

    /** The model of the needs; an internal fault where they name none. */
    LanguageModel model();

    /** A dictionary of the needs by its id. */
    Sae sae(String id);

    @Override
    void close();
}
