package dev.kappa.access;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who gets in, and how often.
 *
 * @param open lets a server without keys be reached from other machines
 * @param bootstrapKey a secret that is a key with all scopes from the start; empty for none
 * @param requestsPerMinute of a key or, without one, of an address, in the long run
 * @param burst how many of them may come at once
 */
@ConfigurationProperties("kappa.access")
record AccessSettings(
        @DefaultValue("false") boolean open,
        @DefaultValue("") String bootstrapKey,
        @DefaultValue("6000") int requestsPerMinute,
        @DefaultValue("1000") int burst) {
    @Override
    public String toString() {
        return "AccessSettings[without the key]";
    }
}
