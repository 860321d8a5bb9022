package dev.kappa.home;

import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The embedded database, where {@code spring.datasource.url} names no other. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "spring.datasource.url", havingValue = "embedded", matchIfMissing = true)
public class HomeConfiguration {
    @Bean
    EmbeddedDatabase embeddedDatabase(Home home, @Value("${kappa.postgres.binaries:}") String binaries) {
        return EmbeddedDatabase.start(
                home, binaries.isEmpty() ? home.folder("cache").resolve("postgres") : Path.of(binaries));
    }

    @Bean
    JdbcConnectionDetails jdbcConnectionDetails(EmbeddedDatabase database) {
        return new JdbcConnectionDetails() {
            @Override
            public String getUsername() {
                return EmbeddedDatabase.USER;
            }

            @Override
            public String getPassword() {
                return EmbeddedDatabase.USER;
            }

            @Override
            public String getJdbcUrl() {
                return database.url();
            }
        };
    }
}
