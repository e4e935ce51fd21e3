package org.example.ia3;

import org.peft4j.api.Setting;
import org.peft4j.api.Targets;

/**
 * The settings of IA3.
 *
 * @param targetModules the linear layers that get a vector
 * @param feedforwardModules those of them whose input is scaled rather than their output
 */
public record Ia3Config(
        @Setting(help = "Linear layers that get a vector.", value = "[k_proj, v_proj, down_proj]")
        Targets targetModules,

        @Setting(help = "Targets whose input is scaled rather than their output.", value = "[down_proj]")
        Targets feedforwardModules) {
    /** Keys, values and the feed-forward block's inner activations, as in the paper. */
    public static Ia3Config defaults() {
        return new Ia3Config(Targets.of("k_proj", "v_proj", "down_proj"), Targets.of("down_proj"));
    }
}
