package dev.kappa.catalog.hub;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How to speak to a hub.
 *
 * @param endpoint the origin, and the only one that is shown the token
 * @param hosts further hosts, or hosts with ports, that it may redirect to wherever they are
 * @param token absent for an anonymous visitor
 * @param attempts how often one file is tried without a byte of progress
 * @param backoff wait before the second attempt; it doubles with each further one
 * @param longestWait longest wait that a hub may ask for
 * @param idle how long a transfer may stand still
 * @param diskReserve bytes that must stay free on the disk
 */
public record HubSettings(
        URI endpoint,
        Set<String> hosts,
        Optional<String> token,
        int attempts,
        Duration backoff,
        Duration longestWait,
        Duration idle,
        long diskReserve) {
    /** Settings for ordinary networks. */
    public static HubSettings of(URI endpoint, Set<String> hosts, Optional<String> token) {
        return new HubSettings(
                endpoint, hosts, token, 5, Duration.ofSeconds(1), Duration.ofMinutes(2), Duration.ofMinutes(1), 1L << 30);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "HubSettings[" + endpoint + "]";
    }
}
