package dev.kappa.sae.format;

import dev.kappa.fault.Fault;
import dev.kappa.lm.HookPoint;
import dev.kappa.lm.HookPoint.Site;
import dev.kappa.sae.SaeOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hook points as releases spell them: in their configuration, or in the names of their folders. */
final class HookNames {
    /** {@code layers.3}, {@code layers.3.mlp}, {@code gpt_neox.layers.3.attention}: a module's path. */
    private static final Pattern MODULE =
            Pattern.compile("(?:(?:gpt_neox|model|transformer)\\.)?layers\\.(\\d{1,4})(?:\\.(mlp|attention|self_attn))?");

    /** {@code resid_out_layer3}, {@code mlp_out_layer3}, {@code resid_post_layer_3}. */
    private static final Pattern PLACE_AND_LAYER =
            Pattern.compile("(resid_out|resid_post|attn_out|attention_out|mlp_out)_layer_?(\\d{1,4})");

    /** The folders that tell a hook stand at most so far above the weights. */
    private static final int DEEPEST = 5;

    private HookNames() {}

    /** A TransformerLens name; empty for a place that no model here offers. */
    static Optional<HookPoint> transformerLens(String name) {
        try {
            return Optional.of(HookPoint.parse(name));
        } catch (Fault unknown) {
            return Optional.empty();
        }
    }

    static Optional<HookPoint> module(String path) {
        if (path.matches("((gpt_neox|model)\\.)?embed_(tokens|in)")) {
            return Optional.of(new HookPoint(Site.EMBED, 0));
        }
        Matcher matcher = MODULE.matcher(path);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String part = matcher.group(2) == null ? "" : matcher.group(2);
        Site site =
                switch (part) {
                    case "" -> Site.RESID_POST;
                    case "mlp" -> Site.MLP_OUT;
                    default -> Site.ATTN_OUT;
                };
        return Optional.of(new HookPoint(site, Integer.parseInt(matcher.group(1))));
    }

    static Optional<HookPoint> placeAndLayer(String name) {
        if (name.equals("embed")) {
            return Optional.of(new HookPoint(Site.EMBED, 0));
        }
        Matcher matcher = PLACE_AND_LAYER.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Site site =
                switch (matcher.group(1)) {
                    case "resid_out", "resid_post" -> Site.RESID_POST;
                    case "mlp_out" -> Site.MLP_OUT;
                    default -> Site.ATTN_OUT;
                };
        return Optional.of(new HookPoint(site, Integer.parseInt(matcher.group(2))));
    }

    /** The names of the folders that lead to a dictionary, from the innermost: of its origin, then on this disk. */
    static List<String> folders(Path folder, SaeOptions options) {
        List<String> names = new ArrayList<>();
        List<String> origin = new ArrayList<>(List.of(options.origin().split("[/@:]")));
        Collections.reverse(origin);
        names.addAll(origin);
        Path path = folder.toAbsolutePath().normalize();
        for (int i = 0; i < DEEPEST && path.getFileName() != null; i++, path = path.getParent()) {
            names.add(path.getFileName().toString());
        }
        return names;
    }
}
