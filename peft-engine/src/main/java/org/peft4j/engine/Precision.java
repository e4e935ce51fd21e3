package org.peft4j.engine;

import org.peft4j.api.PeftException;

/**
 * The element type in which frozen weights are kept and multiplied. Adapters, norms, softmax, loss and optimizer are in fp32
 * whatever it is, and so are the sums of products.
 */
public enum Precision {
    /** Single precision: the products are those of the checkpoint's own values. */
    FP32,
    /** bfloat16: half the memory; weights and the activations they are multiplied with are rounded to 8 significant bits. */
    BF16,
    /** bfloat16 for matrices that are large enough, where the processor multiplies it faster than fp32; else fp32. */
    AUTO;

    /**
     * Smaller products are bound by calls, not by arithmetic. Keys and values of few heads are the smallest weights that count: where
     * they are rounded, attention's products may be, too.
     */
    private static final long WORTH_ROUNDING = 1L << 16;

    /**
     * Whether a frozen weight of this size is kept in bfloat16.
     *
     * @throws PeftException {@code no-bf16} if bfloat16 is asked for and its library doesn't load on this platform
     */
    public boolean halves(long rows, long cols) {
        if (this == BF16 && !OneDnn.available()) {
            throw PeftException.of(
                    "no-bf16",
                    "the library of bfloat16 products does not load on this platform",
                    "Choose precision fp32, or auto, which takes what there is.");
        }
        return this == BF16 || this == AUTO && rows * cols >= WORTH_ROUNDING && OneDnn.fastHalf();
    }
}
