package dev.kappa.sae.format;

import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.HookPoint.Site;
import java.util.Optional;

/** Hook points as releases spell them. */
final class HookNames {
    private HookNames() {}

    /** A TransformerLens name; empty for a place that no model here offers. */
    static Optional<HookPoint> transformerLens(String name) {
        try {
            return Optional.of(HookPoint.parse(name));
        } catch (Fault unknown) {
            return Optional.empty();
        }
    }

    static Optional<HookPoint> at(Site site, String layer) {
        return layer.length() > 4 ? Optional.empty() : Optional.of(new HookPoint(site, Integer.parseInt(layer)));
    }
}
