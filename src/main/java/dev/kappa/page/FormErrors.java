package dev.kappa.page;

import dev.kappa.run.Rejection.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the server had against a form, at the fields that its pointers lead to. */
final class FormErrors {
    static final FormErrors NONE = new FormErrors(List.of());

    private final List<Reason> reasons;
    private final Set<Reason> placed = new HashSet<>();

    FormErrors(List<Reason> reasons) {
        this.reasons = reasons;
    }

    /** The errors of a field: those at its pointer or below it. */
    List<String> at(String pointer) {
        List<String> found = new ArrayList<>();
        for (Reason reason : reasons) {
            if ((reason.pointer() + "/").startsWith(pointer + "/") && placed.add(reason)) {
                found.add(reason.detail());
            }
        }
        return found;
    }

    /** Those that no field has taken; asked for after the fields are made. */
    List<String> elsewhere() {
        return reasons.stream().filter(reason -> !placed.contains(reason)).map(Reason::detail).toList();
    }

    boolean isEmpty() {
        return reasons.isEmpty();
    }
}
