package dev.kappa.tensor;

import ai.djl.engine.Engine;
import java.util.LinkedHashMap;
import java.util.Map;

/** The libraries that compute here. */
public final class Libraries {
    private Libraries() {}

    /** Their versions by name; the last digits of a result may depend on them. */
    public static Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("djl", Engine.getDjlVersion());
        versions.put("libtorch", Engine.getInstance().getVersion());
        return versions;
    }
}
