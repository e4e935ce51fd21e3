package org.peft4j.engine;

import org.peft4j.api.EncodedWeight;
import org.peft4j.api.FourBitBlocks;
import org.peft4j.engine.arrays.ArrayKernels;

/** Decodes the same columns of an encoded weight's rows to bfloat16. For one thread. */
interface HalfDecoder {
    /** Decodes {@code count} rows from {@code first} on to the start of {@code into}, row-major. */
    void rows(int first, int count, short[] into);

    /** The fastest for columns {@code from} to {@code to}. */
    static HalfDecoder of(EncodedWeight weight, int from, int to) {
        ArrayKernels kernels = ArrayKernels.of(weight.rows() * weight.cols());
        if (weight instanceof FourBitBlocks blocks && BlockHalves.fits(blocks, from, to)) {
            return new BlockHalves(blocks, kernels, from, to);
        }
        return new RoundedRows(weight, kernels, from, to);
    }

    /** Decodes to fp32 and rounds. */
    final class RoundedRows implements HalfDecoder {
        private final EncodedWeight weight;
        private final ArrayKernels kernels;
        private final int from;
        private final int to;
        private float[] values = {};

        RoundedRows(EncodedWeight weight, ArrayKernels kernels, int from, int to) {
            this.weight = weight;
            this.kernels = kernels;
            this.from = from;
            this.to = to;
        }

        @Override
        public void rows(int first, int count, short[] into) {
            int length = count * (to - from);
            if (values.length < length) {
                values = new float[length];
            }
            if (to - from == weight.cols()) {
                weight.decode(first, count, values, 0);
            } else {
                weight.decodeColumns(first, count, from, to, values, 0);
            }
            kernels.round(values, 0, into, length);
        }
    }
}
