package org.peft4j.checkpoint;

import java.util.Arrays;

/**
 * Where a tensor lies in a safetensors file.
 *
 * @param name its key in the file
 * @param dtype type of its elements
 * @param shape its dimensions, outermost first; empty for a scalar. Copied in and out.
 * @param offset first byte, counted from the start of the file
 * @param byteLength {@code elements() * dtype.bytes()}
 */
public record TensorEntry(String name, DType dtype, long[] shape, long offset, long byteLength) {
    /** Copies the shape. */
    public TensorEntry {
        shape = shape.clone();
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** Number of dimensions. */
    public int rank() {
        return shape.length;
    }

    /** Size along dimension {@code index}, 0 being the outermost. */
    public long dimension(int index) {
        return shape[index];
    }

    /** Number of elements; 1 for a scalar. */
    public long elements() {
        return byteLength / dtype.bytes();
    }

    /** Whether the dimensions are exactly these. */
    public boolean hasShape(long... dimensions) {
        return Arrays.equals(shape, dimensions);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorEntry that
                && name.equals(that.name)
                && dtype == that.dtype
                && Arrays.equals(shape, that.shape)
                && offset == that.offset
                && byteLength == that.byteLength;
    }

    @Override
    public int hashCode() {
        return name.hashCode() * 31 + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return name + " " + dtype + Arrays.toString(shape);
    }
}
