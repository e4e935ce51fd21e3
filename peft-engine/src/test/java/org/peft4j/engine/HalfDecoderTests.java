package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peft4j.api.FourBitBlocks;
import org.peft4j.api.RawTensor;
import org.peft4j.engine.arrays.PlainKernels;

/** Weights decoded to bfloat16 have the bits of those decoded to fp32 and rounded, whichever way they go. */
class HalfDecoderTests {
    /** Random codes with scales of many magnitudes. */
    private record Blocks(long rows, long cols, int block, byte[] packed, float[] absmax) implements FourBitBlocks {
        static Blocks random(int rows, int cols, int block) {
            SplittableRandom random = new SplittableRandom(cols);
            byte[] codes = new byte[rows * cols / 2];
            random.nextBytes(codes);
            float[] scales = new float[rows * cols / block];
            for (int i = 0; i < scales.length; i++) {
                scales[i] = (float) Math.exp(random.nextGaussian() * 4);
            }
            return new Blocks(rows, cols, block, codes, scales);
        }

        @Override
        public long bytes() {
            return packed.length;
        }

        @Override
        public float[] levels() {
            float[] levels = new float[16];
            for (int i = 0; i < 16; i++) {
                levels[i] = (float) Math.sinh(i - 7.3) / 3000;
            }
            return levels;
        }

        @Override
        public void codes(int firstBlock, int blocks, byte[] into) {
            System.arraycopy(packed, firstBlock * block / 2, into, 0, blocks * block / 2);
        }

        @Override
        public void scales(int firstBlock, int blocks, float[] into) {
            System.arraycopy(absmax, firstBlock, into, 0, blocks);
        }

        @Override
        public void decode(long firstRow, int rowCount, float[] into, int offset) {
            float[] levels = levels();
            int start = (int) (firstRow * cols);
            for (int i = 0; i < rowCount * cols; i++) {
                int pair = packed[(start + i) / 2];
                int code = ((start + i) % 2 == 0 ? pair >> 4 : pair) & 0xf;
                into[offset + i] = levels[code] * absmax[(start + i) / block];
            }
        }

        @Override
        public Map<String, RawTensor> tensors() {
            return Map.of();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "9, 192, 64, 0, 192", // whole rows of whole blocks
        "9, 192, 64, 64, 192", // columns of them
        "9, 192, 64, 32, 100", // columns that begin and end within blocks
        "8, 96, 64, 0, 96", // blocks that begin in one row and end in the next
        "9, 192, 3, 0, 192", // blocks that begin within bytes
        "1100, 512, 64, 0, 512", // so many that vectors are worth it
        "1100, 512, 64, 128, 256",
        "1100, 512, 16, 128, 256",
    })
    void theBitsAreThoseOfRounding(int rows, int cols, int block, int from, int to) {
        Blocks weight = Blocks.random(rows, cols, block);
        short[] expected = new short[4 * (to - from)];
        short[] actual = new short[4 * (to - from)];
        HalfDecoder rounded = new HalfDecoder.RoundedRows(weight, new PlainKernels(), from, to);
        HalfDecoder fastest = HalfDecoder.of(weight, from, to);
        for (int first : new int[] {rows - 4, 0, 3}) {
            rounded.rows(first, 4, expected);
            fastest.rows(first, 4, actual);
            assertThat(actual).isEqualTo(expected);
        }
    }
}
