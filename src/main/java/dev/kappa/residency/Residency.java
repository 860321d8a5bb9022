package dev.kappa.residency;

import dev.kappa.experiment.Needs;
import org.springframework.stereotype.Service;

/**
 * Loads models and dictionaries onto devices on demand, under one ledger of bytes for each device. What is
 * leased stays; what is not leased stays while there is room, and goes least recently used first.
 */
@Service
public class Residency {
    /**
     * Everything the needs name, on one device, with room for activations. Loads what is missing. A user fault
     * {@code too_large_for_device} where no device could ever hold it; a resources fault {@code device_full}
     * where other leases are in the way now. Both say the two numbers.
     */
    public Lease lease(Needs needs, long activationBytes) {
        throw new UnsupportedOperationException();
    }

    /** Refuses needs that no device could ever hold, before a run is accepted. */
    public void requireFits(Needs needs, long activationBytes) {
        throw new UnsupportedOperationException();
    }
}
