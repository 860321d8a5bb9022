package dev.kappa;

import dev.kappa.access.KeysCommand;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;

/** The server, and the command {@code keys}. */
@SpringBootApplication(exclude = UserDetailsServiceAutoConfiguration.class)
public class Kappa {
    /** Serves until stopped; what keeps it from starting is said in one line, and the exit code is 1. */
    public static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals("keys")) {
            System.exit(KeysCommand.run(arguments));
        }
        try {
            SpringApplication.run(Kappa.class, arguments);
        } catch (RuntimeException alreadyReported) {
            System.exit(1);
        }
    }
}
