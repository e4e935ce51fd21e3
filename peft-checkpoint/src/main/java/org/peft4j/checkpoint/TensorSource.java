package org.peft4j.checkpoint;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.peft4j.api.RawTensor;

/** A tensor to be written, delivered piece by piece so that it never has to be in memory as a whole. */
public interface TensorSource {
    /** Its key in the file. */
    String name();

    /** Type of its elements in the file. */
    DType dtype();

    /** Its dimensions, outermost first; empty for a scalar. */
    long[] shape();

    /**
     * Delivers elements.
     *
     * @param firstElement index of the first one, row-major; calls come in ascending order, without gaps
     * @param into to be filled from its position to its limit, little-endian; a whole number of elements
     */
    void fill(long firstElement, ByteBuffer into);

    /** Delivers a tensor's values. */
    @FunctionalInterface
    interface FloatReader {
        /** Puts the values {@code firstElement .. firstElement + count - 1}, row-major, into {@code into[offset ..]}. */
        void read(long firstElement, float[] into, int offset, int count);
    }

    /**
     * An F32 tensor that is in memory.
     *
     * @param values row-major; not copied
     * @throws IllegalArgumentException if there aren't as many values as the shape says
     */
    static TensorSource of(String name, float[] values, long... shape) {
        long elements = 1;
        for (long size : shape) {
            elements = Math.multiplyExact(elements, size);
        }
        if (elements != values.length) {
            throw new IllegalArgumentException(name + ": " + values.length + " values for " + elements + " elements");
        }
        return of(
                name,
                DType.F32,
                shape,
                (first, into, offset, count) -> System.arraycopy(values, Math.toIntExact(first), into, offset, count));
    }

    /**
     * A tensor whose values are computed or read as {@code float} and stored rounded to {@code dtype}.
     *
     * @param dtype F32, F16, BF16 or F64
     */
    static TensorSource of(String name, DType dtype, long[] shape, FloatReader reader) {
        if (!dtype.isFloat()) {
            throw new IllegalArgumentException(dtype + " can't be written from float");
        }
        return raw(name, dtype, shape, (first, into) -> {
            float[] piece = new float[Math.min(1 << 16, into.remaining() / dtype.bytes())];
            long element = first;
            while (into.hasRemaining()) {
                int count = Math.min(piece.length, into.remaining() / dtype.bytes());
                reader.read(element, piece, 0, count);
                Halves.fromFloats(dtype, piece, 0, count, into);
                element += count;
            }
        });
    }

    /** A copy of a stored tensor under another or the same name, bit for bit. */
    static TensorSource copyOf(Tensors from, String name, String newName) {
        TensorEntry entry = from.entry(name);
        int size = entry.dtype().bytes();
        return raw(
                newName,
                entry.dtype(),
                entry.shape(),
                (first, into) -> into.put(from.bytes(name, first * size, into.remaining())));
    }

    /** Delivers a tensor's bytes, as {@link TensorSource#fill} says. */
    @FunctionalInterface
    interface ByteReader {
        /** Fills {@code into} with the elements from {@code firstElement} on. */
        void fill(long firstElement, ByteBuffer into);
    }

    /** A tensor that is in memory or mapped. */
    static TensorSource of(String name, RawTensor tensor) {
        DType dtype = DType.valueOf(tensor.dtype());
        return raw(name, dtype, tensor.shape().toArray(), (first, into) -> {
            ByteBuffer bytes = tensor.bytes().duplicate();
            int from = bytes.position() + Math.toIntExact(first * dtype.bytes());
            into.put(bytes.slice(from, into.remaining()));
        });
    }

    /** A tensor of any type, delivered as its bytes. */
    static TensorSource raw(String name, DType dtype, long[] shape, ByteReader reader) {
        Objects.requireNonNull(name);
        long[] own = shape.clone();
        return new TensorSource() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public DType dtype() {
                return dtype;
            }

            @Override
            public long[] shape() {
                return own.clone();
            }

            @Override
            public void fill(long firstElement, ByteBuffer into) {
                reader.fill(firstElement, into);
            }
        };
    }
}
