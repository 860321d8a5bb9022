package dev.kappa.run;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How much is accepted.
 *
 * @param importBytes of an archive
 * @param importUnpackedBytes of an archive, unpacked
 */
@ConfigurationProperties("kappa.limits")
public record Limits(
        @DefaultValue("2GB") DataSize importBytes, @DefaultValue("8GB") DataSize importUnpackedBytes) {}
