package dev.kappa.catalog;

import dev.kappa.corpus.CorpusReader;
import dev.kappa.home.Home;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class CatalogConfiguration {
    @Bean
    Bundle bundle(Home home, @Value("${kappa.bundle:bundled/}") String root) {
        return new Bundle(root, home);
    }

    @Bean
    CorpusReader corpusReader(Home home) {
        return new CorpusReader(home.directory().resolve("streams"));
    }
}
