package org.peft4j.prompt;

import org.peft4j.api.Setting;

/**
 * The settings of prompt tuning.
 *
 * @param virtualTokens length of the prompt, at least 1
 * @param initText the text whose embeddings the prompt starts from, repeated or cut to its length; empty for a random start
 */
public record PromptConfig(
        @Setting(help = "Length of the prompt in tokens, at least 1.", value = "10")
        int virtualTokens,

        @Setting(help = "The text whose embeddings the prompt starts from; empty for a random start.", value = "''")
        String initText) {
    /** Refuses values that make no sense on any model. */
    public PromptConfig {
        if (virtualTokens < 1) {
            throw new IllegalArgumentException("virtual-tokens is " + virtualTokens + ", but has to be at least 1");
        }
    }

    /** Ten tokens, random. */
    public static PromptConfig defaults() {
        return new PromptConfig(10, "");
    }

    /** The same with another length. */
    public PromptConfig withVirtualTokens(int count) {
        return new PromptConfig(count, initText);
    }

    /** The same, starting from a text. */
    public PromptConfig withInitText(String text) {
        return new PromptConfig(virtualTokens, text);
    }
}
