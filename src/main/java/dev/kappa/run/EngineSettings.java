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
 * @param databasePatience how long a finished block waits for a database that does not answer
 */
@ConfigurationProperties("kappa.engine")
record EngineSettings(
        @DefaultValue("0") int lanes,
        @DefaultValue("3") int attempts,
        @DefaultValue("1s") Duration retryDelay,
        @DefaultValue("100ms") Duration progressInterval,
        @DefaultValue("3s") Duration partialInterval,
        @DefaultValue("60s") Duration databasePatience) {}
