package org.peft4j.qlora;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.RawTensor;
import org.peft4j.api.Shape;

/** A matrix in NF4: two codes a byte, and a scale for each 64 elements of the row-major order. */
@SuppressWarnings("ArrayRecordComponent")
record Nf4Weight(long rows, long cols, byte[] codes, Scales scales) implements EncodedWeight {
    @Override
    public long bytes() {
        return codes.length + scales.bytes();
    }

    @Override
    public void decode(long firstRow, int rowCount, float[] into, int offset) {
        long from = firstRow * cols;
        long to = from + rowCount * cols;
        float[] levels = new float[16];
        int out = offset;
        for (long at = from; at < to; ) {
            int block = (int) (at / Nf4Codec.BLOCK);
            long end = Math.min(to, (block + 1L) * Nf4Codec.BLOCK);
            float scale = scales.scale(block);
            for (int i = 0; i < 16; i++) {
                levels[i] = Codebook.NF4.level(i) * scale;
            }
            for (; at < end; at++) {
                int pair = codes[(int) (at >> 1)];
                into[out++] = levels[((at & 1) == 0 ? pair >> 4 : pair) & 0xf];
            }
        }
    }

    /** As bitsandbytes serializes it. */
    @Override
    public Map<String, RawTensor> tensors() {
        Map<String, RawTensor> tensors = new LinkedHashMap<>();
        tensors.put("", bytes(codes, codes.length, 1));
        String nested = "";
        if (scales instanceof Scales.Coded coded) {
            tensors.put(".absmax", bytes(coded.codes(), coded.count()));
            tensors.put(".nested_absmax", floats(coded.nestedAbsmax()));
            tensors.put(".nested_quant_map", floats(Codebook.DYNAMIC.levels()));
            nested = ", \"nested_blocksize\": " + Scales.Coded.NESTED_BLOCK
                    + ", \"nested_dtype\": \"float32\", \"nested_offset\": " + (double) coded.offset();
        } else if (scales instanceof Scales.Plain plain) {
            tensors.put(".absmax", floats(plain.absmax()));
        }
        tensors.put(".quant_map", floats(Codebook.NF4.levels()));
        String state = "{\"quant_type\": \"nf4\", \"blocksize\": " + Nf4Codec.BLOCK
                + ", \"dtype\": \"float32\", \"shape\": [" + rows + ", " + cols + "]" + nested + "}";
        byte[] json = state.getBytes(StandardCharsets.UTF_8);
        tensors.put(".quant_state.bitsandbytes__nf4", bytes(json, json.length));
        return tensors;
    }

    private static RawTensor bytes(byte[] values, long... shape) {
        return new RawTensor("U8", Shape.of(shape), ByteBuffer.wrap(values).asReadOnlyBuffer());
    }

    private static RawTensor floats(float[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return new RawTensor("F32", Shape.of(values.length), buffer);
    }
}
