package org.peft4j.qlora;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.peft4j.api.PeftException;
import org.peft4j.api.RawTensor;
import org.peft4j.api.Shape;

/** The stored tensors of one linear layer, each checked as it is asked for. */
record LayerTensors(String layer, Map<String, RawTensor> tensors) {
    /** What is there has a few hundred. */
    private static final int MAX_TEXT = 4096;

    static RawTensor bytes(ByteBuffer values, long... shape) {
        return new RawTensor("U8", Shape.of(shape), values.asReadOnlyBuffer());
    }

    static RawTensor floats(float[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return new RawTensor("F32", Shape.of(values.length), buffer);
    }

    boolean has(String name, String dtype) {
        RawTensor tensor = tensors.get(name);
        return tensor != null && tensor.dtype().equals(dtype);
    }

    /** The bytes of a tensor of one-byte elements. */
    ByteBuffer codes(String name, String dtype, long count) {
        return require(name, dtype, count, 1);
    }

    byte[] copied(String name, long count) {
        ByteBuffer stored = require(name, "U8", count, 1);
        byte[] values = new byte[stored.remaining()]; // only now: the count is what someone's config.json says
        stored.get(values);
        return values;
    }

    float[] floats(String name, long count) {
        ByteBuffer stored = require(name, "F32", count, 4).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[stored.remaining() / 4];
        stored.asFloatBuffer().get(values);
        for (float v : values) {
            if (!Float.isFinite(v)) {
                throw broken(name + " holds a value that is not a finite number");
            }
        }
        return values;
    }

    String text(String name) {
        if (tensors.get(name).bytes().remaining() > MAX_TEXT) {
            throw broken(name + " is longer than " + MAX_TEXT + " bytes");
        }
        return StandardCharsets.UTF_8
                .decode(tensors.get(name).bytes().duplicate())
                .toString();
    }

    private ByteBuffer require(String name, String dtype, long count, int size) {
        RawTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw broken("the tensor " + name + " is missing");
        }
        long found = tensor.shape().size();
        if (!tensor.dtype().equals(dtype) || found != count) {
            throw broken(name + " is " + tensor.dtype() + " with " + found + " elements, where " + dtype + " with "
                    + count + " is needed");
        }
        ByteBuffer bytes = tensor.bytes().duplicate().slice();
        if (bytes.remaining() != count * size) {
            throw broken(name + " has " + bytes.remaining() + " bytes instead of " + count * size);
        }
        return bytes;
    }

    PeftException broken(String why) {
        return PeftException.of(
                "broken-quantization",
                "The quantized weight of " + layer + " can't be read: " + why + ".",
                "Download the checkpoint again, or quantize the full one again.");
    }
}
