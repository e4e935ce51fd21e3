package org.peft4j.runtime;

import org.peft4j.api.Setting;
import org.peft4j.config.SettingsBinder;

/**
 * What is kept of a run that isn't finished, so that it can be gone on with.
 *
 * @param every steps between checkpoints; 0 for none
 * @param keep how many of them stay
 * @param keepBest whether the adapter with the lowest held-out loss stays besides
 */
public record CheckpointSettings(
        @Setting(
                help = "Steps between checkpoints, from which a run that was stopped or killed goes on (--resume);"
                        + " 0 for none, also when it is stopped.",
                value = "100")
        int every,

        @Setting(help = "How many of them stay; they go when the run is done.", value = "2")
        int keep,

        @Setting(
                help = "Whether the adapter of the lowest held-out loss is kept in checkpoints/best, where eval-every"
                        + " measures it.",
                value = "true")
        boolean keepBest) {
    /** Checks the ranges. */
    public CheckpointSettings {
        Ranges.atLeast("every", every, 0);
        Ranges.atLeast("keep", keep, 1);
    }

    /** All defaults. */
    public static CheckpointSettings defaults() {
        return SettingsBinder.defaults(CheckpointSettings.class);
    }

    /** The same with so many steps between checkpoints. */
    public CheckpointSettings withEvery(int steps) {
        return new CheckpointSettings(steps, keep, keepBest);
    }
}
