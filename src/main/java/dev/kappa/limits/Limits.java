package dev.kappa.limits;

import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How much is accepted; whoever asks for more is told the number. The bound of queued runs is
 * {@code kappa.engine.queue-limit}, those of each key are {@code kappa.access}'s.
 *
 * @param bodyBytes of a request
 * @param pageSize entries of a list at once; without a wish a list has 50
 * @param labels of a run
 * @param eventClients who follow runs at the same time, by events or long polls
 * @param importBytes of an archive
 * @param importUnpackedBytes of an archive, unpacked
 */
@Validated
@ConfigurationProperties("kappa.limits")
public record Limits(
        @DefaultValue("1MB") DataSize bodyBytes,
        @DefaultValue("500") @Min(50) int pageSize,
        @DefaultValue("32") @Min(0) int labels,
        @DefaultValue("1000") @Min(0) int eventClients,
        @DefaultValue("2GB") DataSize importBytes,
        @DefaultValue("8GB") DataSize importUnpackedBytes) {}
