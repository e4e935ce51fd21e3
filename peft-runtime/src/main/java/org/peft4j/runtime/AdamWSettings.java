package org.peft4j.runtime;

import org.peft4j.api.Setting;

/**
 * Settings of AdamW.
 *
 * @param learningRate the highest rate
 * @param weightDecay decoupled decay, times the rate, per step
 * @param beta1 decay of the mean of gradients
 * @param beta2 decay of the mean of squared gradients
 * @param epsilon added to the root of the latter
 */
public record AdamWSettings(
        @Setting(help = "Highest learning rate; the schedule scales it.", value = "2e-4")
        double learningRate,

        @Setting(help = "Decoupled weight decay per step, times the learning rate.", value = "0")
        double weightDecay,

        @Setting(help = "Decay of the mean of gradients.", value = "0.9")
        double beta1,

        @Setting(help = "Decay of the mean of squared gradients.", value = "0.999")
        double beta2,

        @Setting(help = "Added to the root of the mean of squared gradients.", value = "1e-8")
        double epsilon) {
    /** Checks the ranges. */
    public AdamWSettings {
        Ranges.positive("learning-rate", learningRate);
        Ranges.atLeastZero("weight-decay", weightDecay);
        Ranges.belowOne("beta1", beta1);
        Ranges.belowOne("beta2", beta2);
        Ranges.positive("epsilon", epsilon);
    }

    /** The defaults with this learning rate. */
    public static AdamWSettings of(double learningRate) {
        return new AdamWSettings(learningRate, 0, 0.9, 0.999, 1e-8);
    }
}
