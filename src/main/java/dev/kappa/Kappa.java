package dev.kappa;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The server. */
@SpringBootApplication
public class Kappa {
    /** Serves until stopped; what keeps it from starting is said in one line, and the exit code is 1. */
    public static void main(String[] arguments) {
        try {
            SpringApplication.run(Kappa.class, arguments);
        } catch (RuntimeException alreadyReported) {
            System.exit(1);
        }
    }
}
