package org.peft4j.qlora;

import org.peft4j.api.EncodedWeight;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.WeightCodec;
import org.peft4j.lora.LoraStart;

/**
 * LoftQ (Li et al. 2023, algorithm 1): quantizes what the adapter does not hold, then factors what quantization has lost, in turns.
 *
 * @param weight the quantized weight of the last turn
 * @param factors of the adapter; their product times its scale makes up for the loss
 */
record LoftQ(EncodedWeight weight, LoraStart.Factors factors) {
    static LoftQ of(MatrixSource source, WeightCodec codec, int rank, double scale, int iterations) {
        int rows = Math.toIntExact(source.rows());
        int cols = Math.toIntExact(source.cols());
        float[] full = new float[Math.multiplyExact(rows, cols)];
        source.read(0, rows, full, 0);
        float[] rest = full.clone();
        EncodedWeight encoded = null;
        LowRank.Factors factors = null;
        for (int i = 0; i < iterations; i++) {
            if (factors != null) {
                subtractProduct(full, factors, rest, rows, cols, rank);
            }
            encoded = codec.encode(new Dense(rest, rows, cols));
            encoded.decode(0, rows, rest, 0);
            for (int e = 0; e < full.length; e++) {
                rest[e] = full[e] - rest[e];
            }
            factors = LowRank.of(rest, rows, cols, rank);
        }
        // The adapter's product is scaled; half of that is taken from each factor.
        float unit = (float) Math.sqrt(1 / scale);
        return new LoftQ(encoded, new LoraStart.Factors(times(factors.right(), unit), times(factors.left(), unit)));
    }

    private static void subtractProduct(
            float[] full, LowRank.Factors factors, float[] into, int rows, int cols, int rank) {
        System.arraycopy(full, 0, into, 0, full.length);
        for (int r = 0; r < rows; r++) {
            for (int t = 0; t < rank; t++) {
                float share = factors.left()[r * rank + t];
                for (int c = 0; c < cols; c++) {
                    into[r * cols + c] -= share * factors.right()[t * cols + c];
                }
            }
        }
    }

    private static float[] times(float[] values, float factor) {
        float[] result = new float[values.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = values[i] * factor;
        }
        return result;
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Dense(float[] values, long rows, long cols) implements MatrixSource {
        @Override
        public void read(long firstRow, int rowCount, float[] into, int offset) {
            System.arraycopy(values, (int) (firstRow * cols), into, offset, (int) (rowCount * cols));
        }
    }
}
