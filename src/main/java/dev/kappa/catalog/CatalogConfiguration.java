package dev.kappa.catalog;

import dev.kappa.catalog.hub.HubCache;
import dev.kappa.catalog.hub.HubSettings;
import dev.kappa.corpus.CorpusReader;
import dev.kappa.home.Home;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class CatalogConfiguration {
    @Bean
    Bundle bundle(Home home, @Value("${kappa.bundle:bundled/}") String root) {
        return new Bundle(root, home);
    }

    /**
     * @param hosts to which the endpoint may redirect though they are not public
     * @param token shown to the endpoint's origin and to no other
     */
    @Bean
    HubCache hubCache(
            Home home,
            @Value("${kappa.hub.endpoint:https://huggingface.co}") URI endpoint,
            @Value("${kappa.hub.hosts:}") Set<String> hosts,
            @Value("${HF_TOKEN:}") String token) {
        Optional<String> given = Optional.of(token.strip()).filter(text -> !text.isEmpty());
        return new HubCache(home.directory().resolve("hub"), HubSettings.of(endpoint, hosts, given));
    }

    @Bean
    CorpusReader corpusReader(Home home) {
        return new CorpusReader(home.directory().resolve("streams"));
    }
}
