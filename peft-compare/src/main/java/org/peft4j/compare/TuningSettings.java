package org.peft4j.compare;

import org.peft4j.api.Setting;

/**
 * How one of a sweep's settings is chosen: by the loss on rows that are set aside from the training data, with the first seed.
 *
 * @param settings how many settings each row tries
 * @param rows how many training rows are set aside for it
 * @param steps optimizer steps of a trial
 */
public record TuningSettings(
        @Setting(
                help = "Settings each row tries; of a larger sweep so many are drawn. 0: all, of which every row must"
                        + " have the same number.",
                value = "0")
        int settings,

        @Setting(
                help = "Rows of the training data that trials are judged by instead of trained on; held-out rows"
                        + " never choose.",
                value = "100")
        int rows,

        @Setting(help = "Optimizer steps of a trial; 0 for as many as a run has.", value = "0")
        int steps) {
    /** Checks the ranges. */
    public TuningSettings {
        if (settings < 0 || steps < 0) {
            throw new IllegalArgumentException(
                    (settings < 0
                            ? "settings must be 0 or more, not " + settings
                            : "steps must be 0 or more, not " + steps));
        }
        if (rows < 1) {
            throw new IllegalArgumentException("rows must be at least 1, not " + rows);
        }
    }
}
