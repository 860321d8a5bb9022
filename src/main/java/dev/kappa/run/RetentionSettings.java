package dev.kappa.run;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is deleted by itself; nothing, where nothing is said.
 *
 * @param runs with everything that they left
 * @param tallies without which a run cannot be reanalysed
 * @param artifacts dictionaries, corpora and data that runs left
 * @param interval between two looks
 * @param orphansAfter how long files must have lain there that belong to no run, until they are deleted
 */
@ConfigurationProperties("kappa.retention")
record RetentionSettings(
        @DefaultValue Policy runs,
        @DefaultValue Policy tallies,
        @DefaultValue Policy artifacts,
        @DefaultValue("10m") Duration interval,
        @DefaultValue("1h") Duration orphansAfter) {
    /**
     * @param age of ended runs, from which on it applies
     * @param count of the newest ended runs, to which it does not apply
     */
    record Policy(Duration age, Integer count) {
        boolean isOn() {
            return age != null || count != null;
        }
    }
}
