package dev.kappa.residency;

import dev.kappa.fault.Fault;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** An item on a device, or on its way there. Guarded by the lock of {@link Memory}, except the future. */
final class Resident {
    final Item item;
    final CompletableFuture<AutoCloseable> loaded = new CompletableFuture<>();
    int leases;
    boolean pinned;
    /** Rises with every use in this process; orders evictions. */
    long lastUse;
    Instant lastUsed = Instant.EPOCH;

    Resident(Item item) {
        this.item = item;
    }

    /** The loaded weights, once they are there; the loader's fault where loading failed. */
    AutoCloseable await() {
        try {
            return loaded.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Fault fault) {
                throw fault;
            }
            throw Fault.internal(
                    "load_failed",
                    item.shelf().label() + " '" + item.id() + "' could not be loaded: " + e.getCause(),
                    e.getCause());
        }
    }

    boolean isLoaded() {
        return loaded.isDone() && !loaded.isCompletedExceptionally();
    }

    /** Frees the bytes; nobody may hold a lease. */
    void free() {
        if (isLoaded()) {
            try {
                loaded.join().close();
            } catch (Exception e) {
                throw Fault.internal(
                        "unload_failed", item.shelf().label() + " '" + item.id() + "' could not be unloaded: " + e, e);
            }
        }
    }
}
