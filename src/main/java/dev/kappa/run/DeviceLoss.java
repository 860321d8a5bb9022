package dev.kappa.run;

import java.util.List;
import java.util.Locale;

/**
 * Errors after which CUDA answers every further call of the process with the same error, so that nothing but another
 * process can use the device again. The words are those of {@code cudaGetErrorString}.
 */
final class DeviceLoss {
    private static final List<String> WORDS = List.of(
            "an illegal memory access was encountered",
            "an illegal instruction was encountered",
            "misaligned address",
            "operation not supported on global/shared address space",
            "invalid program counter",
            "unspecified launch failure",
            "hardware stack error",
            "device-side assert triggered",
            "the launch timed out and was terminated",
            "uncorrectable ecc error encountered",
            "uncorrectable nvlink error detected",
            "context is destroyed",
            "cuda-capable device(s) is/are busy or unavailable",
            "gpu has fallen off the bus");

    private DeviceLoss() {}

    static boolean in(Throwable thrown) {
        return Causes.any(thrown, cause -> {
            String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            return WORDS.stream().anyMatch(message::contains);
        });
    }
}
