package org.peft4j.lora;

import java.util.Optional;
import org.peft4j.api.Site;

/** First values of a layer's two matrices, for methods that build on LoRA and start elsewhere. */
@FunctionalInterface
public interface LoraStart {
    /**
     * The values, or nothing for those that {@link LoraConfig#init} says.
     *
     * @param scale what the product of the two is multiplied by
     */
    Optional<Factors> of(Site site, int rank, double scale);

    /**
     * Two matrices, row-major.
     *
     * @param a [rank, in]
     * @param b [out, rank]
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Factors(float[] a, float[] b) {}
}
