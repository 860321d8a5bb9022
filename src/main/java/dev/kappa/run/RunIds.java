package dev.kappa.run;

import java.security.SecureRandom;
import java.time.Clock;

/**
 * Ids that sort by the time of their making: 10 characters of milliseconds and 16 of chance, in Crockford's
 * base 32 (the layout of a ULID, in lower case). Within a process each is greater than the one before.
 */
final class RunIds {
    private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int TIME_DIGITS = 10;
    private static final int CHANCE_BYTES = 10;

    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private long last;

    RunIds(Clock clock) {
        this.clock = clock;
    }

    synchronized String next() {
        last = Math.max(last + 1, clock.millis());
        StringBuilder id = new StringBuilder(TIME_DIGITS + 16);
        for (int digit = TIME_DIGITS - 1; digit >= 0; digit--) {
            id.append(DIGITS.charAt((int) (last >>> (5 * digit)) & 31));
        }
        byte[] chance = new byte[CHANCE_BYTES];
        random.nextBytes(chance);
        for (int bit = 0; bit < CHANCE_BYTES * 8; bit += 5) {
            int pair = (chance[bit / 8] & 255) << 8 | (bit / 8 + 1 < CHANCE_BYTES ? chance[bit / 8 + 1] & 255 : 0);
            id.append(DIGITS.charAt(pair >> (11 - bit % 8) & 31));
        }
        return id.toString();
    }
}
