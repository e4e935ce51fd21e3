package org.peft4j.compare;

import java.util.Map;

/**
 * One piece of a comparison's work, for a process of its own.
 *
 * @param kind what is to be done
 * @param label the row's
 * @param trained whether anything is trained
 * @param first whether it is the row's first run, which measures what doesn't depend on the seed
 * @param run a whole run configuration as plain values, seed and output filled in
 * @param generation what is generated
 * @param general file of general text; empty for none
 * @param generalSamples how many texts of it
 * @param generalTokens longest of them
 * @param tuningRows rows of the training data that are set aside
 * @param memoryLimit most bytes that the process may hold resident
 */
record UnitRequest(
        Kind kind,
        String label,
        boolean trained,
        boolean first,
        Map<String, Object> run,
        GenerationSettings generation,
        String general,
        int generalSamples,
        int generalTokens,
        int tuningRows,
        long memoryLimit) {
    /** What a unit does. */
    enum Kind {
        /** Writes general text by the base itself. */
        GENERAL("general text"),
        /** Makes a few steps to tell what a run will take. */
        PROBE("trying out"),
        /** Tries one of a sweep's settings. */
        TRIAL("tuning"),
        /** Trains with one seed and measures. */
        RUN("run");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }
}
