package dev.kappa.access;

import dev.kappa.fault.Fault;
import dev.kappa.home.HomeConfiguration;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/**
 * The command {@code keys}: makes, lists and revokes keys in the configured database, without a web server. It
 * takes the server's options, such as {@code --kappa.home=…}, beside its own.
 */
@Import({HomeConfiguration.class, Keys.class, Audit.class})
@ImportAutoConfiguration({
    DataSourceAutoConfiguration.class,
    DataSourceTransactionManagerAutoConfiguration.class,
    JdbcTemplateAutoConfiguration.class,
    JdbcClientAutoConfiguration.class,
    TransactionAutoConfiguration.class,
    FlywayAutoConfiguration.class
})
public class KeysCommand {
    private static final String USAGE = """
            usage: keys create --name <name> --scopes <scope>[,<scope>…] [--expires <time, such as 90d>]
                   keys list
                   keys revoke <id>
            scopes: %s""".formatted(Scope.write(Scope.all()));

    private static final Set<String> OPTIONS = Set.of("--name", "--scopes", "--expires");

    /** What is to be done with the keys of a database. */
    private interface Task {
        void perform(Keys keys, PrintStream out);
    }

    /** @return the exit code: 0, 1 where it failed, 2 where the command is written wrong */
    public static int run(String[] arguments) {
        List<String> words = new ArrayList<>();
        List<String> settings = new ArrayList<>();
        for (String argument : List.of(arguments).subList(1, arguments.length)) {
            (argument.matches("--[a-z-]+\\..*=.*") ? settings : words).add(argument);
        }
        Task task;
        try {
            task = parse(words);
        } catch (Fault fault) {
            System.err.println(fault.getMessage() + "\n" + USAGE);
            return 2;
        }
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(KeysCommand.class)
                .web(WebApplicationType.NONE)
                .properties("logging.level.dev.kappa=warn")
                .run(settings.toArray(String[]::new))) {
            task.perform(context.getBean(Keys.class), System.out);
            return 0;
        } catch (Fault fault) {
            System.err.println(fault.getMessage());
            return 1;
        } catch (RuntimeException alreadyReported) {
            return 1;
        }
    }

    private static Task parse(List<String> words) {
        String verb = words.isEmpty() ? "" : words.get(0);
        List<String> rest = words.subList(Math.min(1, words.size()), words.size());
        return switch (verb) {
            case "create" -> create(options(rest));
            case "list" -> (keys, out) -> list(keys.list(), out);
            case "revoke" -> revoke(rest);
            default -> throw wrong("'" + verb + "' is not one of create, list, revoke");
        };
    }

    private static Task create(Map<String, String> options) {
        String name = required(options, "--name");
        Set<Scope> scopes = Scope.parse(required(options, "--scopes"));
        Optional<Duration> expiry = Optional.ofNullable(options.get("--expires")).map(KeysCommand::duration);
        return (keys, out) -> {
            Keys.Created created = keys.create(name, scopes, expiry, Actor.commandLine());
            System.err.println("Key " + created.key().id() + " (" + name + "). It is shown this once:");
            out.println(created.secret());
        };
    }

    private static Task revoke(List<String> rest) {
        if (rest.size() != 1) {
            throw wrong("revoke takes the id of one key");
        }
        return (keys, out) -> out.println(
                keys.revoke(rest.get(0), Actor.commandLine())
                        ? rest.get(0) + " is revoked"
                        : rest.get(0) + " was revoked before");
    }

    private static void list(List<ApiKey> keys, PrintStream out) {
        String format = "%-16s  %-20s  %-36s  %-7s  %-20s  %-20s  %s%n";
        out.printf(format, "id", "name", "scopes", "state", "created", "expires", "last used");
        for (ApiKey key : keys) {
            boolean expired = key.expiresAt().filter(Instant.now()::isAfter).isPresent();
            out.printf(
                    format,
                    key.id(),
                    key.name(),
                    Scope.write(key.scopes()),
                    key.revokedAt().isPresent() ? "revoked" : expired ? "expired" : "valid",
                    time(Optional.of(key.createdAt())),
                    time(key.expiresAt()),
                    time(key.lastUsedAt()));
        }
    }

    private static String time(Optional<Instant> time) {
        return time.map(instant -> Instant.ofEpochSecond(instant.getEpochSecond()).toString()).orElse("never");
    }

    private static Map<String, String> options(List<String> words) {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < words.size(); i++) {
            String[] parts = words.get(i).split("=", 2);
            if (!OPTIONS.contains(parts[0])) {
                throw wrong("'" + words.get(i) + "' is not one of " + OPTIONS.stream().sorted().toList());
            }
            if (parts.length == 1 && ++i == words.size()) {
                throw wrong(parts[0] + " needs a value");
            }
            options.put(parts[0], parts.length == 1 ? words.get(i) : parts[1]);
        }
        return options;
    }

    private static String required(Map<String, String> options, String name) {
        return Optional.ofNullable(options.get(name)).orElseThrow(() -> wrong(name + " is missing"));
    }

    private static Duration duration(String text) {
        try {
            Duration duration = DurationStyle.SIMPLE.parse(text);
            if (duration.toSeconds() > 0) {
                return duration;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            // Said below.
        }
        throw wrong("--expires '" + text + "' is no time; accepted: such as 12h or 90d");
    }

    private static Fault wrong(String detail) {
        return Fault.user("invalid_command", detail);
    }
}
