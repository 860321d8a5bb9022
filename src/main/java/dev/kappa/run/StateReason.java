package dev.kappa.run;

/** Why a run is in its state, where that is not its ordinary course. */
public enum StateReason {
    /** Someone asked for it. */
    USER,
    /** Parameters or files that only measuring showed to be wrong. */
    INVALID_INPUT,
    /** A device or the machine had not enough memory, repeatedly. */
    OUT_OF_MEMORY,
    /** The process ended while it measured the same block, repeatedly. */
    CRASHED,
    /** It had not ended by the time that its request gave it. */
    DEADLINE,
    /** A block got no further although its process lived, repeatedly. */
    STALLED,
    /** Devices broke while they measured the same block. */
    DEVICE_LOST,
    /** Something outside the server failed, repeatedly. */
    EXTERNAL,
    /** A mistake in this program, repeatedly. */
    INTERNAL
}
