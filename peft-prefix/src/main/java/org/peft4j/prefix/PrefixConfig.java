package org.peft4j.prefix;

import org.peft4j.api.Setting;

/**
 * The settings of prefix tuning.
 *
 * @param virtualTokens length of the prefix, at least 1
 * @param projection whether the prefix is trained through a two-layer network (Li and Liang 2021, section 4.3)
 * @param projectionSize width of that network's hidden layer; 0 for the width of a layer's keys
 * @param init how the prefix starts
 * @param initText the text for {@link PrefixInit#TEXT}; repeated where it is shorter than the prefix, cut where longer
 */
public record PrefixConfig(
        @Setting(help = "Length of the prefix in tokens, at least 1.", value = "10")
        int virtualTokens,

        @Setting(
                help = "Train the prefix through a two-layer network, which is left out of the result.",
                value = "false")
        boolean projection,

        @Setting(help = "Width of that network's hidden layer; 0 for kv-heads * head-dim.", value = "0")
        int projectionSize,

        @Setting(help = "How the prefix starts: random (normal), zero, or text.", value = "random")
        PrefixInit init,

        @Setting(help = "The text whose keys and values the prefix starts from (init: text).", value = "''")
        String initText) {
    /** Refuses values that make no sense on any model. */
    public PrefixConfig {
        require(virtualTokens >= 1, "virtual-tokens is " + virtualTokens + ", but has to be at least 1");
        require(projectionSize >= 0, "projection-size is " + projectionSize + ", but has to be at least 0");
        require(
                (init == PrefixInit.TEXT) == !initText.isBlank(),
                "init: text and init-text go together; give both or none");
        require(!(projection && init == PrefixInit.TEXT), "init: text cannot be combined with projection: true");
    }

    /** Ten random tokens, no projection. */
    public static PrefixConfig defaults() {
        return new PrefixConfig(10, false, 0, PrefixInit.RANDOM, "");
    }

    /** The same with another length. */
    public PrefixConfig withVirtualTokens(int count) {
        return new PrefixConfig(count, projection, projectionSize, init, initText);
    }

    /** The same, trained through a network whose hidden layer has this width (0 for the width of a layer's keys). */
    public PrefixConfig withProjection(int size) {
        return new PrefixConfig(virtualTokens, true, size, init, initText);
    }

    /** The same with another start, for {@link PrefixInit#RANDOM} and {@link PrefixInit#ZERO}. */
    public PrefixConfig withInit(PrefixInit start) {
        return new PrefixConfig(virtualTokens, projection, projectionSize, start, "");
    }

    /** The same, starting from a text. */
    public PrefixConfig withInitText(String text) {
        return new PrefixConfig(virtualTokens, projection, projectionSize, PrefixInit.TEXT, text);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
