package org.peft4j.runtime;

import org.peft4j.api.Setting;

/**
 * What is generated from held-out prompts before and after training.
 *
 * @param shown how many are shown
 * @param checked how many are checked for the values of their row's {@code fields}
 * @param maxNewTokens longest generation
 */
public record SampleSettings(
        @Setting(help = "Generations from held-out prompts that are shown before and after.", value = "0")
        int shown,

        @Setting(help = "Generations that are checked to carry all values of their row's 'fields'.", value = "0")
        int checked,

        @Setting(help = "Longest generation in tokens.", value = "96")
        int maxNewTokens) {
    /** Checks the ranges. */
    public SampleSettings {
        Ranges.atLeast("shown", shown, 0);
        Ranges.atLeast("checked", checked, 0);
        Ranges.atLeast("max-new-tokens", maxNewTokens, 1);
    }
}
