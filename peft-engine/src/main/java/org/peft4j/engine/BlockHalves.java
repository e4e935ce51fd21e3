package org.peft4j.engine;

import org.peft4j.api.FourBitBlocks;
import org.peft4j.engine.arrays.ArrayKernels;

/**
 * Decodes blocks of 4-bit codes straight to bfloat16: a block's sixteen values are rounded once, each element is then one of them. It
 * gives the bits that decoding to fp32 and rounding gives.
 */
final class BlockHalves implements HalfDecoder {
    private final FourBitBlocks weight;
    private final ArrayKernels kernels;
    private final int from;
    private final int to;
    private final float[] levels;
    private float[] scales = {};
    private float[] values = {};
    private short[] tables = {};
    private byte[] codes = {};

    BlockHalves(FourBitBlocks weight, ArrayKernels kernels, int from, int to) {
        this.weight = weight;
        this.kernels = kernels;
        this.from = from;
        this.to = to;
        this.levels = weight.levels();
    }

    /** Whether these columns of each row are whole blocks, and blocks whole bytes. */
    static boolean fits(FourBitBlocks weight, int from, int to) {
        int block = weight.block();
        return block % 2 == 0 && weight.cols() % block == 0 && from % block == 0 && to % block == 0;
    }

    @Override
    public void rows(int first, int count, short[] into) {
        int width = to - from;
        if (width == weight.cols()) {
            decode(first * weight.cols(), count * width, into, 0);
            return;
        }
        for (int r = 0; r < count; r++) {
            decode((first + r) * weight.cols() + from, width, into, r * width);
        }
    }

    private void decode(long first, int count, short[] into, int offset) {
        int block = weight.block();
        int blocks = count / block;
        if (scales.length < blocks) {
            scales = new float[blocks];
            values = new float[blocks * levels.length];
            // Room for one table more: a vector may be wider than a table.
            tables = new short[(blocks + 1) * levels.length];
            codes = new byte[count / 2];
        }
        int firstBlock = Math.toIntExact(first / block);
        weight.scales(firstBlock, blocks, scales);
        weight.codes(firstBlock, blocks, codes);
        kernels.outer(scales, blocks, levels, values);
        kernels.round(values, 0, tables, blocks * levels.length);
        kernels.lookUp(tables, block, codes, blocks, into, offset);
    }
}
