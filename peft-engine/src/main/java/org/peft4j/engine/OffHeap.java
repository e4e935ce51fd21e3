package org.peft4j.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.peft4j.api.PeftException;

/** Makes {@link Buf}s of native memory. */
public final class OffHeap {
    /** The most elements one buffer holds: Java's buffers end at 2 GiB. */
    static final int MAX_LENGTH = (1 << 29) - 1;

    private OffHeap() {}

    /** Fresh memory with undefined contents, freed when nothing refers to it any more. */
    static Buf allocate(long length) {
        int n = checkedLength(length);
        FloatPointer pointer;
        try {
            pointer = new FloatPointer(Math.max(1, n));
        } catch (OutOfMemoryError e) {
            throw PeftException.of(
                    "out-of-memory",
                    "no native memory left for another " + (4L * n >> 20) + " MB",
                    "Use a smaller batch, shorter sequences or a smaller model, or give the machine more memory.",
                    e);
        }
        ShortBuffer halves = new BytePointer(pointer)
                .capacity(4L * n) // a pointer of another type takes over the number of elements, not of bytes
                .asByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asShortBuffer();
        return new Buf(pointer.asBuffer(), halves, 0, n, pointer.address(), pointer);
    }

    /** Fresh memory holding these values. */
    public static Buf of(float[] values) {
        Buf buf = allocate(values.length);
        buf.put(0, values, 0, values.length);
        return buf;
    }

    /**
     * The memory of little-endian fp32 numbers in a direct buffer (a mapped file), without copying where it is aligned.
     *
     * @param bytes from position to limit; not changed
     */
    public static Buf map(ByteBuffer bytes) {
        ByteBuffer slice = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        boolean usable = slice.isDirect() && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        long address = usable ? new BytePointer(slice).address() : 1;
        if (address % 4 == 0) {
            FloatBuffer floats = slice.asFloatBuffer();
            return new Buf(floats, null, 0, floats.capacity(), address, slice);
        }
        float[] copy = new float[slice.remaining() / 4];
        slice.asFloatBuffer().get(copy);
        return of(copy);
    }

    /** The memory of elements {@code from} to {@code from + length} of a dense fp32 vector. */
    static Buf of(INDArray vector, long from, long length) {
        int n = checkedLength(length);
        FloatPointer whole = new FloatPointer(vector.data().addressPointer());
        FloatBuffer floats = new FloatPointer(whole)
                .position(from)
                .limit(from + n)
                .asBuffer()
                .slice();
        return new Buf(floats, null, 0, n, vector.data().addressPointer().address() + 4 * from, vector);
    }

    private static int checkedLength(long length) {
        if (length > MAX_LENGTH) {
            throw PeftException.of(
                    "tensor-too-large",
                    "a tensor of " + length + " elements is over the limit of " + MAX_LENGTH,
                    "Use a smaller batch or shorter sequences.");
        }
        return (int) length;
    }
}
