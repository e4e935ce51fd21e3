package org.peft4j.api;

/**
 * An encoded weight of 4 bits an element: an element is a level, as a float, times its block's scale, rounded once to float. An engine
 * may decode such a weight by itself, many elements at a time; {@link #decode} gives the same values. Blocks are runs of the
 * row-major order. Thread-safe.
 */
public interface FourBitBlocks extends EncodedWeight {
    /** Elements of a block. Where that is an odd number, codes are not asked for. */
    int block();

    /** The sixteen levels by code, a copy. */
    float[] levels();

    /**
     * The codes of whole blocks, two a byte, the first element's in the high half.
     *
     * @param firstBlock number of the first
     * @param blocks how many
     * @param into takes {@code blocks * block() / 2} bytes from its start on
     */
    void codes(int firstBlock, int blocks, byte[] into);

    /**
     * The scales of blocks.
     *
     * @param firstBlock number of the first
     * @param blocks how many
     * @param into takes them from its start on
     */
    void scales(int firstBlock, int blocks, float[] into);
}
