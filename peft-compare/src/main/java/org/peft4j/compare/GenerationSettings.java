package org.peft4j.compare;

import org.peft4j.api.Setting;

/**
 * What is generated from held-out prompts, by taking the likeliest token.
 *
 * @param prompts how many different prompts are answered
 * @param shown how many of the answers the report shows
 * @param maxNewTokens longest answer
 */
public record GenerationSettings(
        @Setting(help = "Held-out prompts that are answered, each once; 0 for none.", value = "50")
        int prompts,

        @Setting(help = "Answers that the report shows.", value = "3")
        int shown,

        @Setting(help = "Longest answer in tokens.", value = "96")
        int maxNewTokens) {
    /** Checks the ranges. */
    public GenerationSettings {
        if (prompts < 0 || shown < 0 || shown > prompts && prompts > 0) {
            throw new IllegalArgumentException(
                    "prompts is 0 or more, and shown at most as many, not " + prompts + " and " + shown);
        }
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException("max-new-tokens must be at least 1, not " + maxNewTokens);
        }
    }
}
