package dev.kappa.run;

import java.util.ArrayList;
import java.util.List;

/** The names of an enum's constants as JSON has them. */
final class EnumNames {
    private EnumNames() {}

    static List<String> of(Class<?> type) {
        List<String> names = new ArrayList<>();
        for (Object constant : type.getEnumConstants()) {
            names.add(Json.tree(constant).asString());
        }
        return names;
    }
}
