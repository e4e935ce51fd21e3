package org.peft4j.qlora;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.RawTensor;
import org.peft4j.api.Shape;

/** Stored tensors of a quantized layer. */
public final class QuantizedTargets {
    private static final long ROWS = 4;
    private static final long COLS = 64;

    private QuantizedTargets() {}

    /**
     * The first byte chooses the codec and which tensors lack or are a byte short; the rest is the quant_state.
     */
    public static void layer(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int choice = input[0] & 0xff;
        byte[] state = Arrays.copyOfRange(input, 1, input.length);
        boolean nested = (choice & 2) != 0;
        String type = (choice & 1) == 0 ? "nf4" : "fp4";
        Map<String, RawTensor> tensors = new LinkedHashMap<>();
        put(tensors, "weight", "U8", 128 - (choice >> 2 & 1), 1);
        put(tensors, "weight.absmax", nested ? "U8" : "F32", 4 - (choice >> 3 & 1), nested ? 1 : 4);
        put(tensors, "weight.quant_map", "F32", 16 - (choice >> 4 & 1), 4);
        put(tensors, "weight.nested_absmax", "F32", 1 + (choice >> 5 & 1), 4);
        put(tensors, "weight.nested_quant_map", "F32", 256, 4);
        tensors.put(
                FourBitCodec.STATE + type,
                new RawTensor("U8", Shape.of(Math.max(1, state.length)), ByteBuffer.wrap(state)));
        if ((choice & 64) != 0) {
            tensors.remove("weight.quant_map");
        }
        FourBitCodec codec = type.equals("nf4") ? new Nf4Codec() : new Fp4Codec();
        EncodedWeight weight = codec.restore("a layer", ROWS, COLS, tensors);
        weight.decode(0, (int) ROWS, new float[(int) (ROWS * COLS)], 0);
        new Int8Codec().reads(tensors.keySet());
    }

    private static void put(Map<String, RawTensor> tensors, String name, String dtype, int count, int size) {
        tensors.put(name, new RawTensor(dtype, Shape.of(count), ByteBuffer.allocateDirect(count * size)));
    }
}
