package org.peft4j.runtime;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.TensorSource;
import org.peft4j.checkpoint.Tensors;

/** Dense vectors of ND4J as tensors of a file: their memory, copied as it is. */
final class VectorBytes {
    private static final int PIECE = 1 << 20;

    private VectorBytes() {}

    static TensorSource source(String name, INDArray vector) {
        DType type = type(name, vector);
        byte[] piece = new byte[PIECE];
        return TensorSource.raw(name, type, new long[] {vector.length()}, (first, into) -> {
            BytePointer memory = new BytePointer(vector.data().addressPointer());
            for (long at = first * type.bytes(); into.hasRemaining(); ) {
                int n = Math.min(PIECE, into.remaining());
                memory.position(at).get(piece, 0, n);
                into.put(piece, 0, n);
                at += n;
            }
        });
    }

    /** Replaces the vector's values by the tensor of this name, which has to be of the same type and length. */
    static void fill(INDArray vector, Tensors from, String name) {
        DType type = type(name, vector);
        if (from.requireTensor(name, vector.length()).dtype() != type) {
            throw new IllegalArgumentException(name + " is not of type " + type);
        }
        BytePointer memory = new BytePointer(vector.data().addressPointer());
        byte[] piece = new byte[PIECE];
        long bytes = vector.length() * type.bytes();
        for (long at = 0; at < bytes; at += PIECE) {
            int n = (int) Math.min(PIECE, bytes - at);
            from.copy(name, at, ByteBuffer.wrap(piece, 0, n));
            memory.position(at).put(piece, 0, n);
        }
    }

    private static DType type(String name, INDArray vector) {
        if (vector.length() > 1 && (vector.ordering() != 'c' || vector.elementWiseStride() != 1)) {
            throw new IllegalArgumentException(name + " is not one dense vector");
        }
        DataType type = vector.dataType();
        return switch (type) {
            case FLOAT -> DType.F32;
            case DOUBLE -> DType.F64;
            case HALF -> DType.F16;
            case BFLOAT16 -> DType.BF16;
            case LONG -> DType.I64;
            case INT -> DType.I32;
            case BYTE -> DType.I8;
            case UBYTE -> DType.U8;
            default -> throw new IllegalArgumentException(name + " is of a type that files don't have: " + type);
        };
    }
}
