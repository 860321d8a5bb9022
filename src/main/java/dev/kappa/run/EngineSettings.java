package dev.kappa.run;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How blocks are worked off.
 *
 * @param lanes how many blocks are measured at once; 0 for one on each device
 * @param attempts how often a block may fail before its run does
 * @param retryDelay how long a failed block waits; twice as long after each further failure
 * @param progressInterval least time between two reports of progress to the database
 * @param partialInterval least time between two partial findings of a run
 * @param queueLimit how many runs may wait for their first block; more are refused
 * @param orderStep what a step of priority is worth in waiting, and what a block that a run has had already is
 * @param stallLimit how long a load or a batch may take before its block is given up
 * @param databasePatience how long a finished block waits for a database that does not answer
 */
@ConfigurationProperties("kappa.engine")
record EngineSettings(
        @DefaultValue("0") int lanes,
        @DefaultValue("3") int attempts,
        @DefaultValue("1s") Duration retryDelay,
        @DefaultValue("100ms") Duration progressInterval,
        @DefaultValue("3s") Duration partialInterval,
        @DefaultValue("20000") int queueLimit,
        @DefaultValue("1m") Duration orderStep,
        @DefaultValue("15m") Duration stallLimit,
        @DefaultValue("60s") Duration databasePatience) {

    /** How many blocks are measured at once on so many devices. */
    int lanes(int devices) {
        return lanes > 0 ? lanes : devices;
    }
}
