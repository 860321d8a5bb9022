package dev.kappa.limits;

import java.sql.SQLException;
import java.util.Set;
import org.springframework.dao.DataIntegrityViolationException;

/** Postgres keeps every character but U+0000, and says so when it is given one. */
public final class Characters {
    /** SQL states "character not in repertoire" and "untranslatable character". */
    private static final Set<String> REFUSED = Set.of("22021", "22P05");

    /** For whoever sent it. */
    public static final String REASON = "a text in the request has the character U+0000";

    private Characters() {}

    /** Whether a statement failed for a character of a text. */
    public static boolean refusedBy(DataIntegrityViolationException e) {
        return e.getMostSpecificCause() instanceof SQLException sql && REFUSED.contains(sql.getSQLState());
    }
}
