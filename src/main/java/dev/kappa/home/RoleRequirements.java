package dev.kappa.home;

import dev.kappa.fault.Fault;
import java.util.Arrays;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/** A server that leaves half of the work to others must share a database with them. */
final class RoleRequirements implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        Environment environment = context.getEnvironment();
        String given = environment.getProperty("kappa.role", "all");
        Role role = Arrays.stream(Role.values())
                .filter(candidate -> candidate.name().equalsIgnoreCase(given))
                .findFirst()
                .orElseThrow(() -> Fault.user(
                        "bad_role", "kappa.role '" + given + "' is not one; accepted: all, api, worker"));
        if (role != Role.ALL && EmbeddedDatabase.isConfigured(environment)) {
            throw Fault.user(
                    "role_alone",
                    "kappa.role '" + given + "' shares a database with other servers: set spring.datasource.url");
        }
    }
}
