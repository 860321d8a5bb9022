package dev.kappa.catalog.hub;

/** Hears how far a download is, and may stop it. */
public interface HubProgress {
    /** Called once, when the hub's listing is known and before the first byte. */
    void total(long bytes);

    /** Called with every chunk: bytes that are on disk and were not before this call, negative where some were lost. */
    void advanced(long bytes);

    /** True once nobody wants the files any more. */
    boolean cancelled();

    /** The download was stopped; what is on disk stays for the next attempt. */
    final class Cancelled extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Cancelled() {
            super("cancelled", null, false, false);
        }
    }
}
