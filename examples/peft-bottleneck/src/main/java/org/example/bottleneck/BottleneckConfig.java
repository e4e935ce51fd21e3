package org.example.bottleneck;

import org.peft4j.api.Setting;

/**
 * The settings of bottleneck adapters.
 *
 * @param reductionFactor how many times narrower than the model the bottleneck is, at least 1
 * @param placement behind which sub-layers adapters stand
 * @param activation between the two projections
 */
public record BottleneckConfig(
        @Setting(help = "How many times narrower than the model the bottleneck is, at least 1.", value = "16")
        int reductionFactor,

        @Setting(help = "houlsby: behind attention and feed-forward; pfeiffer: behind feed-forward only.", value = "pfeiffer")
        Placement placement,

        @Setting(help = "Between the two projections: relu, gelu or swish.", value = "relu")
        Activation activation) {
    /** Where adapters stand. */
    public enum Placement {
        /** Behind both sub-layers (Houlsby et al. 2019). */
        HOULSBY,
        /** Behind the feed-forward block only (Pfeiffer et al. 2021). */
        PFEIFFER
    }

    /** What stands between the projections. */
    public enum Activation {
        /** {@code max(x, 0)}. */
        RELU,
        /** {@code x * Phi(x)}. */
        GELU,
        /** {@code x * sigmoid(x)}. */
        SWISH
    }

    /** Refuses a factor below 1. */
    public BottleneckConfig {
        if (reductionFactor < 1) {
            throw new IllegalArgumentException("reduction-factor is " + reductionFactor + ", but has to be at least 1");
        }
    }
}
