package org.peft4j.qlora;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.RawTensor;
import org.peft4j.api.Shape;
import org.peft4j.api.WeightCodec;

/**
 * 8-bit integers with the largest magnitude of each row as its scale, as LLM.int8() keeps weights (Dettmers et al. 2022, section
 * 2.1): 8 + 32 / in bits per element. Only the storage is in 8 bits; products are computed with the decoded weights.
 */
public final class Int8Codec implements WeightCodec {
    private static final String SCALES = "SCB";

    /** For {@link java.util.ServiceLoader}. */
    public Int8Codec() {}

    @Override
    public String name() {
        return "int8";
    }

    @Override
    public EncodedWeight encode(MatrixSource weight) {
        int cols = Math.toIntExact(weight.cols());
        int rows = Math.toIntExact(weight.rows());
        ByteBuffer codes = ByteBuffer.allocateDirect(Math.multiplyExact(rows, cols));
        float[] scales = new float[rows];
        float[] row = new float[cols];
        for (int r = 0; r < rows; r++) {
            weight.read(r, 1, row, 0);
            float largest = 0;
            for (float v : row) {
                largest = Math.max(largest, Math.abs(v));
            }
            float factor = largest > 0 ? 127 / largest : 0;
            for (int c = 0; c < cols; c++) {
                codes.put(r * cols + c, (byte) Math.rint(row[c] * factor));
            }
            scales[r] = largest;
        }
        return new Weight(rows, cols, codes, scales);
    }

    @Override
    public boolean reads(Set<String> names) {
        return names.contains(SCALES);
    }

    @Override
    public EncodedWeight restore(String layer, long rows, long cols, Map<String, RawTensor> tensors) {
        LayerTensors stored = new LayerTensors(layer, tensors);
        return new Weight(rows, cols, stored.codes("weight", "I8", rows * cols), stored.floats(SCALES, rows));
    }

    @Override
    public Map<String, Object> checkpointEntry(Iterable<String> skipped) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("_load_in_4bit", false);
        entry.put("_load_in_8bit", true);
        putGeneral(entry, skipped);
        entry.put("load_in_4bit", false);
        entry.put("load_in_8bit", true);
        entry.put("quant_method", "bitsandbytes");
        return entry;
    }

    static void putGeneral(Map<String, Object> entry, Iterable<String> skipped) {
        List<String> names = new ArrayList<>();
        skipped.forEach(names::add);
        entry.put("llm_int8_enable_fp32_cpu_offload", false);
        entry.put("llm_int8_has_fp16_weight", false);
        entry.put("llm_int8_skip_modules", names);
        entry.put("llm_int8_threshold", 6.0);
    }

    /** A matrix in 8 bits. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Weight(long rows, long cols, ByteBuffer codes, float[] scales) implements EncodedWeight {
        @Override
        public long bytes() {
            return codes.capacity() + 4L * scales.length;
        }

        @Override
        public void decode(long firstRow, int rowCount, float[] into, int offset) {
            byte[] row = new byte[(int) cols];
            int out = offset;
            for (int r = (int) firstRow; r < firstRow + rowCount; r++) {
                codes.get(r * row.length, row);
                float unit = scales[r] / 127;
                for (byte code : row) {
                    into[out++] = code * unit;
                }
            }
        }

        /** As bitsandbytes serializes it; without a {@code weight_format} it takes the rows as they are. */
        @Override
        public Map<String, RawTensor> tensors() {
            Map<String, RawTensor> tensors = new LinkedHashMap<>();
            tensors.put("weight", new RawTensor("I8", Shape.of(rows, cols), codes.asReadOnlyBuffer()));
            tensors.put(SCALES, LayerTensors.floats(scales));
            return tensors;
        }
    }
}
