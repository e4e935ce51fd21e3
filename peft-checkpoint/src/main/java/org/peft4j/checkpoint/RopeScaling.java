package org.peft4j.checkpoint;

/** How the rotary position embedding's frequencies are changed to reach a longer context. */
public sealed interface RopeScaling {
    /** Frequencies as they are. */
    record None() implements RopeScaling {}

    /**
     * Every frequency is divided by a factor.
     *
     * @param factor at least 1
     */
    record Linear(double factor) implements RopeScaling {}

    /**
     * Llama 3.1's rule: wavelengths longer than {@code originalMaxPositionEmbeddings / lowFreqFactor} are stretched by
     * {@code factor}, those shorter than {@code originalMaxPositionEmbeddings / highFreqFactor} stay, those between are
     * interpolated.
     *
     * @param factor at least 1
     * @param lowFreqFactor less than {@code highFreqFactor}
     * @param highFreqFactor greater than {@code lowFreqFactor}
     * @param originalMaxPositionEmbeddings context length of the pretraining, in tokens
     */
    record Llama3(double factor, double lowFreqFactor, double highFreqFactor, int originalMaxPositionEmbeddings)
            implements RopeScaling {}
}
