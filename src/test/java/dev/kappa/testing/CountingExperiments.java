package dev.kappa.testing;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** Adds {@link CountingExperiment} to a server. */
@TestConfiguration(proxyBeanMethods = false)
public class CountingExperiments {
    @Bean
    CountingExperiment countingExperiment() {
        return new CountingExperiment();
    }
}
