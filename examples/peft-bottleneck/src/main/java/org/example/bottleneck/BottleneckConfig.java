package org.example.bottleneck;

import org.peft4j.api.Setting;

/**
 * The settings of bottleneck adapters.
 *
 * @param size width of the bottleneck, at least 1
 * @param placement behind which sub-layers adapters stand
 */
public record BottleneckConfig(
        @Setting(help = "Width of the bottleneck, at least 1.", value = "16")
        int size,

        @Setting(help = "houlsby: behind attention and feed-forward; pfeiffer: behind feed-forward only.", value = "pfeiffer")
        Placement placement) {
    /** Where adapters stand. */
    public enum Placement {
        /** Behind both sub-layers (Houlsby et al. 2019). */
        HOULSBY,
        /** Behind the feed-forward block only (Pfeiffer et al. 2021). */
        PFEIFFER
    }

    /** Refuses a width below 1. */
    public BottleneckConfig {
        if (size < 1) {
            throw new IllegalArgumentException("size is " + size + ", but has to be at least 1");
        }
    }
}
