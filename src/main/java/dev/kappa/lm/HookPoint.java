package dev.kappa.lm;

import dev.kappa.fault.Fault;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in the forward pass whose activation can be read or replaced, by its TransformerLens name. The
 * meaning is TransformerLens' on unprocessed weights.
 *
 * @param layer the block, from 0; 0 for {@link Site#EMBED}
 */
public record HookPoint(Site site, int layer) {
    private static final Pattern NAME = Pattern.compile("blocks\\.(\\d{1,4})\\.(attn\\.hook_z|hook_[a-z_]+)");

    /** The kinds of place, in the order in which a block reaches them. */
    public enum Site {
        /** What enters block 0, [batch, position, d_model]. */
        EMBED("hook_embed"),
        /** What enters a block, [batch, position, d_model]. */
        RESID_PRE("hook_resid_pre"),
        /** The heads' outputs side by side before the output projection, [batch, position, heads · d_head]. */
        Z("attn.hook_z"),
        /** What attention adds to the residual stream, [batch, position, d_model]. */
        ATTN_OUT("hook_attn_out"),
        /** What the MLP adds to the residual stream, [batch, position, d_model]. */
        MLP_OUT("hook_mlp_out"),
        /** What leaves a block, [batch, position, d_model]. */
        RESID_POST("hook_resid_post");

        private final String suffix;

        Site(String suffix) {
            this.suffix = suffix;
        }
    }

    public static HookPoint residPost(int layer) {
        return new HookPoint(Site.RESID_POST, layer);
    }

    /** Reads a TransformerLens name; {@code blocks.3.attn.hook_z} and {@code blocks.3.hook_z} are the same. */
    public static HookPoint parse(String name) {
        if (name.equals(Site.EMBED.suffix)) {
            return new HookPoint(Site.EMBED, 0);
        }
        Matcher matcher = NAME.matcher(name.replace(".hook_z", ".attn.hook_z").replace("attn.attn.", "attn."));
        if (matcher.matches()) {
            for (Site site : Site.values()) {
                if (site != Site.EMBED && site.suffix.equals(matcher.group(2))) {
                    return new HookPoint(site, Integer.parseInt(matcher.group(1)));
                }
            }
        }
        throw Fault.user(
                "unknown_hook",
                "hook '" + name + "' is not known; accepted: hook_embed and, for a block L, blocks.L.hook_resid_pre,"
                        + " blocks.L.attn.hook_z, blocks.L.hook_attn_out, blocks.L.hook_mlp_out, blocks.L.hook_resid_post");
    }

    /** The same hook, checked against a model's depth. */
    public HookPoint within(int layers) {
        if (layer >= layers) {
            throw Fault.user(
                    "unknown_hook",
                    "hook '" + this + "' names block " + layer + ", but the model has blocks 0 to " + (layers - 1));
        }
        return this;
    }

    /** The first block whose computation reads this hook's activation or that makes it. */
    public int firstBlock() {
        return site == Site.RESID_POST ? layer + 1 : layer;
    }

    @Override
    public String toString() {
        return site == Site.EMBED ? site.suffix : "blocks." + layer + "." + site.suffix;
    }
}
