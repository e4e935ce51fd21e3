package org.peft4j.runtime;

import org.peft4j.api.Setting;

/**
 * Settings of the schedules that come with the program.
 *
 * @param warmupSteps steps over which the rate rises in a straight line
 * @param finalShare what is left of the rate at the end, where it falls
 */
public record WarmupSettings(
        @Setting(help = "Steps over which the learning rate rises to its highest.", value = "0")
        int warmupSteps,

        @Setting(help = "Share of the highest rate that is left at the end (not for constant).", value = "0")
        double finalShare) {
    /** Checks the ranges. */
    public WarmupSettings {
        Ranges.atLeast("warmup-steps", warmupSteps, 0);
        if (!(finalShare >= 0 && finalShare <= 1)) {
            throw new IllegalArgumentException("final-share must be from 0 to 1, not " + finalShare);
        }
    }
}
