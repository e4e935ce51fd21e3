package org.peft4j.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.peft4j.api.PeftException;

/** Named tensors on disk, read on demand: one safetensors file or all the files of a checkpoint. Safe for use by several threads. */
public interface Tensors {
    /** The file or directory the tensors come from, for messages. */
    Path source();

    /** All names, in the order of the files' headers. */
    List<String> names();

    /** Whether there is a tensor of this name. */
    boolean contains(String name);

    /**
     * Type, shape and place of a tensor.
     *
     * @throws PeftException {@code missing-tensor} if there is none of this name
     */
    TensorEntry entry(String name);

    /**
     * A part of a tensor's bytes, mapped, not copied.
     *
     * @param byteOffset first byte, counted from the start of the tensor
     * @param length number of bytes, at most 1 GiB unless it is the whole tensor
     * @return a read-only, little-endian direct buffer of exactly {@code length} bytes
     * @throws PeftException {@code missing-tensor}
     * @throws IndexOutOfBoundsException if the range isn't within the tensor
     */
    ByteBuffer bytes(String name, long byteOffset, int length);

    /**
     * Copies a part of a tensor's bytes, through no mapping: what is read once, to be kept in another form, then stays out of the
     * process's resident memory.
     *
     * @param byteOffset first byte, counted from the start of the tensor
     * @param into is filled from its position to its limit
     * @throws PeftException {@code missing-tensor}; {@code unreadable-file}
     */
    void copy(String name, long byteOffset, ByteBuffer into);

    /**
     * All of a tensor's bytes, mapped, not copied.
     *
     * @return a read-only, little-endian direct buffer
     * @throws PeftException {@code missing-tensor}; {@code tensor-too-large} beyond 2 GiB
     */
    default ByteBuffer bytes(String name) {
        TensorEntry entry = entry(name);
        return bytes(name, 0, oneArray(entry, entry.byteLength()));
    }

    /**
     * All of a tensor's values, row-major, converted to {@code float}.
     *
     * @throws PeftException {@code missing-tensor}; {@code not-floating-point} unless F32, F16, BF16 or F64;
     *     {@code tensor-too-large} beyond 2^31 elements
     */
    default float[] floats(String name) {
        TensorEntry entry = entry(name);
        float[] values = new float[oneArray(entry, entry.elements())];
        read(name, 0, values, 0, values.length);
        return values;
    }

    /**
     * Reads consecutive values of a tensor, row-major, converted to {@code float}.
     *
     * @param firstElement index of the first value, counted from the start of the tensor
     * @param into receives {@code count} values from index {@code offset} on
     * @throws PeftException {@code missing-tensor}; {@code not-floating-point} unless F32, F16, BF16 or F64
     * @throws IndexOutOfBoundsException if the range isn't within the tensor or the array
     */
    default void read(String name, long firstElement, float[] into, int offset, int count) {
        TensorEntry entry = floats(name, firstElement, into, offset, count);
        int size = entry.dtype().bytes();
        int piece = (1 << 28) / size;
        for (int done = 0; done < count; done += piece) {
            int n = Math.min(piece, count - done);
            ByteBuffer bytes = bytes(name, (firstElement + done) * size, n * size);
            Halves.toFloats(entry.dtype(), bytes, into, offset + done, n);
        }
    }

    /** As {@link #read}, but as {@link #copy} does it: for values that are read once. */
    default void readOnce(String name, long firstElement, float[] into, int offset, int count) {
        TensorEntry entry = floats(name, firstElement, into, offset, count);
        int size = entry.dtype().bytes();
        ByteBuffer piece = ByteBuffer.allocate(Math.min(count, 1 << 18) * size).order(ByteOrder.LITTLE_ENDIAN);
        for (int done = 0; done < count; done += 1 << 18) {
            int n = Math.min(1 << 18, count - done);
            copy(name, (firstElement + done) * size, piece.clear().limit(n * size));
            Halves.toFloats(entry.dtype(), piece.flip(), into, offset + done, n);
        }
    }

    private TensorEntry floats(String name, long firstElement, float[] into, int offset, int count) {
        TensorEntry entry = entry(name);
        if (!entry.dtype().isFloat()) {
            throw PeftException.of(
                    "not-floating-point",
                    "Tensor " + name + " in " + source() + " is " + entry.dtype() + ", not a floating-point type.",
                    "Use weights stored as F32, F16 or BF16.");
        }
        Objects.checkFromIndexSize(firstElement, count, entry.elements());
        Objects.checkFromIndexSize(offset, count, into.length);
        return entry;
    }

    /**
     * The entry of a tensor that must be there with exactly these dimensions.
     *
     * @throws PeftException {@code missing-tensor} or {@code misshapen-tensor}
     */
    default TensorEntry requireTensor(String name, long... shape) {
        TensorEntry entry = entry(name);
        if (!entry.hasShape(shape)) {
            throw PeftException.of(
                    "misshapen-tensor",
                    "Tensor " + name + " in " + source() + " has shape " + Arrays.toString(entry.shape()) + " where "
                            + Arrays.toString(shape) + " is needed.",
                    "Check that config.json belongs to these weights.");
        }
        return entry;
    }

    private int oneArray(TensorEntry entry, long size) {
        if (size > Integer.MAX_VALUE - 8) {
            throw PeftException.of(
                    "tensor-too-large",
                    "Tensor " + entry + " in " + source() + " is too large to be read in one piece.",
                    "Read it in parts.");
        }
        return (int) size;
    }
}
