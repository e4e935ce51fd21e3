package org.peft4j.runtime;

import org.peft4j.api.Setting;

/**
 * Settings of stochastic gradient descent.
 *
 * @param learningRate the highest rate
 * @param momentum share of the last step that is added to the next
 * @param weightDecay decoupled decay, times the rate, per step
 */
public record SgdSettings(
        @Setting(help = "Highest learning rate; the schedule scales it.", value = "1e-2")
        double learningRate,

        @Setting(help = "Share of the last step that is added to the next.", value = "0.9")
        double momentum,

        @Setting(help = "Decoupled weight decay per step, times the learning rate.", value = "0")
        double weightDecay) {
    /** Checks the ranges. */
    public SgdSettings {
        Ranges.positive("learning-rate", learningRate);
        Ranges.belowOne("momentum", momentum);
        Ranges.atLeastZero("weight-decay", weightDecay);
    }
}
