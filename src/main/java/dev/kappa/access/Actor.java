package dev.kappa.access;

import java.util.Optional;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Who does something.
 *
 * @param key the id of the key that was shown
 * @param name the key's, or what there is instead of a key
 * @param address where the request came from
 */
public record Actor(Optional<String> key, String name, Optional<String> address) {
    /** Who made the request that this thread answers. */
    public static Optional<Actor> current() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication != null && authentication.getPrincipal() instanceof Actor actor
                ? Optional.of(actor)
                : Optional.empty();
    }

    /** Anybody, where the server asks for no keys. */
    static Actor anybody(String address) {
        return new Actor(Optional.empty(), "anybody", Optional.of(address));
    }

    static Actor of(ApiKey key, String address) {
        return new Actor(Optional.of(key.id()), key.name(), Optional.of(address));
    }

    /** Somebody with a shell on the server's machine. */
    static Actor commandLine() {
        return new Actor(Optional.empty(), "command line: " + System.getProperty("user.name"), Optional.empty());
    }

    /** What a setting says, done by the server itself. @param name such as {@code kappa.retention.runs} */
    public static Actor setting(String name) {
        return new Actor(Optional.empty(), name, Optional.empty());
    }

    static Actor configuration() {
        return new Actor(Optional.empty(), "configuration", Optional.empty());
    }
}
