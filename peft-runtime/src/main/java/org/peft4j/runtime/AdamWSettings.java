package org.peft4j.runtime;

import java.nio.file.Path;
import org.peft4j.api.Setting;

/**
 * Settings of AdamW.
 *
 * @param learningRate the highest rate
 * @param weightDecay decoupled decay, times the rate, per step
 * @param beta1 decay of the mean of gradients
 * @param beta2 decay of the mean of squared gradients
 * @param epsilon added to the root of the latter
 * @param state where both are kept
 * @param stateDirectory where the file of a mapped state is; {@code system} for the system's temporary one
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
        double epsilon,

        @Setting(
                help = "Where both are kept: memory, or mapped, a file that the system can page out.",
                value = "memory")
        StatePlace state,

        @Setting(help = "Directory of that file; system for the temporary one of the system.", value = "system")
        String stateDirectory) {
    private static final String SYSTEM = "system";

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
        return new AdamWSettings(learningRate, 0, 0.9, 0.999, 1e-8, StatePlace.MEMORY, SYSTEM);
    }

    /** The same with another weight decay. */
    public AdamWSettings withWeightDecay(double decay) {
        return new AdamWSettings(learningRate, decay, beta1, beta2, epsilon, state, stateDirectory);
    }

    /** The same with the state in a mapped file in a directory. */
    public AdamWSettings mappedIn(Path directory) {
        return new AdamWSettings(
                learningRate, weightDecay, beta1, beta2, epsilon, StatePlace.MAPPED, directory.toString());
    }

    Path directory() {
        return Path.of(stateDirectory.equals(SYSTEM) ? System.getProperty("java.io.tmpdir") : stateDirectory);
    }
}
