package dev.kappa.run;

import dev.kappa.fault.Fault;
import dev.kappa.run.RunStates.Cause;
import java.util.function.Predicate;

/** What an exception means for the run it ended. */
final class Causes {
    private static final int LONGEST = 2_000;

    private Causes() {}

    static Cause of(Throwable thrown) {
        String detail = detail(thrown);
        if (isOutOfMemory(thrown)) {
            return new Cause(StateReason.OUT_OF_MEMORY, "out_of_memory", detail);
        }
        if (DeviceLoss.in(thrown)) {
            return new Cause(StateReason.DEVICE_LOST, "device_lost", detail);
        }
        if (thrown instanceof Fault fault) {
            StateReason reason = switch (fault.category()) {
                // Accepted where devices were larger, as before a restart.
                case USER -> fault.code().equals("too_large_for_device")
                        ? StateReason.OUT_OF_MEMORY
                        : StateReason.INVALID_INPUT;
                case RESOURCES -> StateReason.OUT_OF_MEMORY;
                case EXTERNAL -> StateReason.EXTERNAL;
                case INTERNAL -> StateReason.INTERNAL;
            };
            return new Cause(reason, fault.code(), detail);
        }
        return new Cause(StateReason.INTERNAL, "unexpected_error", detail);
    }

    private static String detail(Throwable thrown) {
        String text = thrown instanceof Fault || thrown.getMessage() == null
                ? String.valueOf(thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage())
                : thrown.getClass().getSimpleName() + ": " + thrown.getMessage();
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    /** Java's own error, or libtorch's, which comes as an engine exception with these words. */
    private static boolean isOutOfMemory(Throwable thrown) {
        return any(thrown, cause -> {
            String message = String.valueOf(cause.getMessage());
            return cause instanceof OutOfMemoryError
                    || message.contains("out of memory")
                    || message.contains("can't allocate memory");
        });
    }

    /** Whether a throwable or one of its causes is such a one. */
    static boolean any(Throwable thrown, Predicate<Throwable> such) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (such.test(cause)) {
                return true;
            }
        }
        return false;
    }
}
