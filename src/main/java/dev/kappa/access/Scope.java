package dev.kappa.access;

import dev.kappa.fault.Fault;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What a key lets do. None of them includes another. */
public enum Scope {
    /** Read everything but the record of administrative acts. */
    RUNS_READ("runs:read"),
    /** Submit, cancel, label and reanalyse runs. */
    RUNS_WRITE("runs:write"),
    /** Register, delete, load, unload and pin; read the record of administrative acts. */
    CATALOG_ADMIN("catalog:admin");

    private final String label;

    Scope(String label) {
        this.label = label;
    }

    /** As it is written: {@code runs:read}. */
    public String label() {
        return label;
    }

    static Set<Scope> all() {
        return EnumSet.allOf(Scope.class);
    }

    /** @param list separated by commas */
    static Set<Scope> parse(String list) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String label : list.split(",")) {
            scopes.add(Arrays.stream(values())
                    .filter(scope -> scope.label.equals(label.strip()))
                    .findFirst()
                    .orElseThrow(() -> Fault.user(
                            "unknown_scope", "scope '" + label.strip() + "' is not known; accepted: " + write(all()))));
        }
        return scopes;
    }

    static String write(Set<Scope> scopes) {
        return scopes.stream().sorted().map(Scope::label).collect(Collectors.joining(","));
    }
}
