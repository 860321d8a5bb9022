package dev.kappa.home;

import dev.kappa.fault.Fault;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Says in one line, without a stack trace, what the user can change so that the server starts. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StartFailures implements SpringBootExceptionReporter {
    private static final Logger LOG = LoggerFactory.getLogger(StartFailures.class);

    private final ConfigurableApplicationContext context;

    StartFailures(ConfigurableApplicationContext context) {
        this.context = context;
    }

    @Override
    public boolean reportException(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String line = explain(cause);
            if (line != null) {
                LOG.error("Kappa cannot start: {}", line);
                LOG.debug("Cause", failure);
                return true;
            }
        }
        return false;
    }

    private String explain(Throwable cause) {
        if (cause instanceof Fault) {
            return cause.getMessage();
        }
        if (cause instanceof PortInUseException inUse) {
            return Opening.portMessage(inUse.getPort());
        }
        if (cause instanceof SQLException sql && isConnectionFailure(sql)) {
            return "the database of spring.datasource.url '"
                    + context.getEnvironment()
                            .getProperty("spring.datasource.url", "embedded")
                            .replaceAll("[?].*", "")
                    + "' does not answer: " + sql.getMessage();
        }
        return null;
    }

    private static boolean isConnectionFailure(SQLException sql) {
        String state = sql.getSQLState();
        return state != null && (state.startsWith("08") || state.startsWith("28") || state.equals("3D000"));
    }
}
