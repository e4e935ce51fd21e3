package org.peft4j.qlora;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.peft4j.api.FourBitBlocks;
import org.peft4j.api.RawTensor;

/**
 * A matrix in 4 bits: two codes a byte, and a scale for each block of the row-major order.
 *
 * @param packed the codes, outside the heap or mapped; of two elements in a byte the first is the high half
 * @param block elements of a block
 */
record FourBitWeight(long rows, long cols, FourBitType type, Codebook book, ByteBuffer packed, Scales absmax, int block)
        implements FourBitBlocks {
    @Override
    public long bytes() {
        return packed.capacity() + absmax.bytes();
    }

    @Override
    public void decode(long firstRow, int rowCount, float[] into, int offset) {
        decodeRun(firstRow * cols, (firstRow + rowCount) * cols, into, offset);
    }

    @Override
    public void decodeColumns(long firstRow, int rowCount, int fromColumn, int toColumn, float[] into, int offset) {
        for (int r = 0; r < rowCount; r++) {
            long row = (firstRow + r) * cols;
            decodeRun(row + fromColumn, row + toColumn, into, offset + r * (toColumn - fromColumn));
        }
    }

    /** Decodes elements {@code from} to {@code to} of the row-major order. */
    private void decodeRun(long from, long to, float[] into, int offset) {
        int firstByte = (int) (from >> 1);
        byte[] pairs = new byte[(int) ((to + 1) >> 1) - firstByte];
        packed.get(firstByte, pairs);
        int firstBlock = (int) (from / block);
        float[] scales = new float[(int) ((to - 1) / block) + 1 - firstBlock];
        absmax.copy(firstBlock, scales.length, scales);
        float[] scaled = new float[16];
        int out = offset;
        for (long at = from; at < to; ) {
            int index = (int) (at / block);
            int count = (int) (Math.min(to, (index + 1L) * block) - at);
            float scale = scales[index - firstBlock];
            for (int i = 0; i < 16; i++) {
                scaled[i] = book.level(i) * scale;
            }
            unpack(pairs, (int) (at - 2L * firstByte), count, scaled, into, out);
            out += count;
            at += count;
        }
    }

    /** Some elements of one block, two at a time: this loop is most of what a quantized base costs. */
    private static void unpack(byte[] pairs, int from, int count, float[] scaled, float[] into, int offset) {
        int pair = from >> 1;
        int out = offset;
        int end = offset + count;
        if ((from & 1) != 0) {
            into[out++] = scaled[pairs[pair++] & 0xf];
        }
        for (; out + 1 < end; out += 2) {
            int both = pairs[pair++];
            into[out] = scaled[both >> 4 & 0xf];
            into[out + 1] = scaled[both & 0xf];
        }
        if (out < end) {
            into[out] = scaled[pairs[pair] >> 4 & 0xf];
        }
    }

    @Override
    public float[] levels() {
        return book.levels();
    }

    @Override
    public void codes(int firstBlock, int blocks, byte[] into) {
        packed.get(firstBlock * (block / 2), into, 0, blocks * (block / 2));
    }

    @Override
    public void scales(int firstBlock, int blocks, float[] into) {
        absmax.copy(firstBlock, blocks, into);
    }

    /** As bitsandbytes serializes it. */
    @Override
    public Map<String, RawTensor> tensors() {
        Map<String, RawTensor> tensors = new LinkedHashMap<>();
        tensors.put("weight", LayerTensors.bytes(packed, packed.capacity(), 1));
        String nested = "";
        if (absmax instanceof Scales.Coded coded) {
            tensors.put("weight.absmax", bytes(coded.codes()));
            tensors.put("weight.nested_absmax", LayerTensors.floats(coded.nestedAbsmax()));
            tensors.put(
                    "weight.nested_quant_map",
                    LayerTensors.floats(coded.levels().levels()));
            nested = ", \"nested_blocksize\": " + coded.block() + ", \"nested_dtype\": \"float32\", \"nested_offset\": "
                    + (double) coded.offset();
        } else if (absmax instanceof Scales.Plain plain) {
            tensors.put("weight.absmax", LayerTensors.floats(plain.absmax()));
        }
        tensors.put("weight.quant_map", LayerTensors.floats(levels()));
        String state = "{\"quant_type\": \"" + type.label() + "\", \"blocksize\": " + block
                + ", \"dtype\": \"float32\", \"shape\": [" + rows + ", " + cols + "]" + nested + "}";
        tensors.put(FourBitCodec.STATE + type.label(), bytes(state.getBytes(StandardCharsets.UTF_8)));
        return tensors;
    }

    private static RawTensor bytes(byte[] values) {
        return LayerTensors.bytes(ByteBuffer.wrap(values), values.length);
    }
}
