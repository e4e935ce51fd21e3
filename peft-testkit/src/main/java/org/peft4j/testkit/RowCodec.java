package org.peft4j.testkit;

import java.nio.ByteBuffer;
import java.util.Map;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.RawTensor;
import org.peft4j.api.Shape;
import org.peft4j.api.WeightCodec;

/** Eight bits a weight and one scale a row: a codec that is always there. */
final class RowCodec implements WeightCodec {
    @Override
    public String name() {
        return "testkit-rows";
    }

    @Override
    public EncodedWeight encode(MatrixSource weight) {
        int rows = Math.toIntExact(weight.rows());
        int cols = Math.toIntExact(weight.cols());
        byte[] codes = new byte[rows * cols];
        float[] scales = new float[rows];
        float[] row = new float[cols];
        for (int r = 0; r < rows; r++) {
            weight.read(r, 1, row, 0);
            float most = Float.MIN_NORMAL;
            for (float v : row) {
                most = Math.max(most, Math.abs(v));
            }
            scales[r] = most / Byte.MAX_VALUE;
            for (int c = 0; c < cols; c++) {
                codes[r * cols + c] = (byte) Math.round(row[c] / scales[r]);
            }
        }
        return new Encoded(codes, scales, cols);
    }

    /** The codes and their scales. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Encoded(byte[] codes, float[] scales, long cols) implements EncodedWeight {
        @Override
        public long rows() {
            return scales.length;
        }

        @Override
        public long bytes() {
            return codes.length + 4L * scales.length;
        }

        @Override
        public void decode(long firstRow, int rowCount, float[] into, int offset) {
            int width = Math.toIntExact(cols);
            int from = Math.toIntExact(firstRow) * width;
            for (int i = 0; i < rowCount * width; i++) {
                into[offset + i] = codes[from + i] * scales[(from + i) / width];
            }
        }

        @Override
        public Map<String, RawTensor> tensors() {
            return Map.of("weight", new RawTensor("I8", Shape.of(rows(), cols), ByteBuffer.wrap(codes)));
        }
    }
}
