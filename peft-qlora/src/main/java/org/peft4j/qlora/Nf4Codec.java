package org.peft4j.qlora;

import org.peft4j.api.EncodedWeight;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.WeightCodec;

/**
 * 4-bit NormalFloat (Dettmers et al. 2023): blocks of 64 elements in row-major order, each with its largest magnitude as scale and
 * the nearest of 16 levels per element; codes and scales are those of bitsandbytes. It takes 4.5 bits per element, or 4.127 with
 * double quantization.
 *
 * @param doubleQuantization whether the scales are kept in 8 bits themselves, in blocks of 256 around their mean
 */
public record Nf4Codec(boolean doubleQuantization) implements WeightCodec {
    static final int BLOCK = 64;
    private static final int TILE = 1 << 16;

    @Override
    public String name() {
        return "nf4";
    }

    @Override
    public EncodedWeight encode(MatrixSource weight) {
        int cols = Math.toIntExact(weight.cols());
        int step = Math.max(1, TILE / cols);
        float[] tile = new float[Math.multiplyExact(step, cols)];
        Encoder encoder = new Encoder(Math.multiplyExact(weight.rows(), weight.cols()));
        for (long first = 0; first < weight.rows(); first += step) {
            int count = (int) Math.min(step, weight.rows() - first);
            weight.read(first, count, tile, 0);
            encoder.add(tile, count * cols);
        }
        encoder.finish();
        Scales scales = doubleQuantization ? Scales.Coded.of(encoder.absmax) : new Scales.Plain(encoder.absmax);
        return new Nf4Weight(weight.rows(), weight.cols(), encoder.codes, scales);
    }

    /** Collects elements to blocks and encodes each as it is full. */
    private static final class Encoder {
        final byte[] codes;
        final float[] absmax;
        private final float[] block = new float[BLOCK];
        private int filled;
        private int blocks;

        Encoder(long elements) {
            codes = new byte[Math.toIntExact((elements + 1) / 2)];
            absmax = new float[Math.toIntExact((elements + BLOCK - 1) / BLOCK)];
        }

        void add(float[] values, int count) {
            for (int i = 0; i < count; i++) {
                block[filled++] = values[i];
                if (filled == BLOCK) {
                    finish();
                }
            }
        }

        void finish() {
            if (filled == 0) {
                return;
            }
            float largest = 0;
            for (int i = 0; i < filled; i++) {
                largest = Math.max(largest, Math.abs(block[i]));
            }
            float factor = largest > 0 ? 1 / largest : 0;
            for (int i = 0; i < filled; i++) {
                int code = Codebook.NF4.nearest(block[i] * factor);
                // Of two elements in a byte the first is the high half.
                codes[(blocks * BLOCK + i) >> 1] |= (byte) ((i & 1) == 0 ? code << 4 : code);
            }
            absmax[blocks++] = largest;
            filled = 0;
        }
    }
}
