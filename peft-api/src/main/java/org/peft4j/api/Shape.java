package org.peft4j.api;

import java.util.List;
import java.util.stream.LongStream;

/**
 * The dimensions of a tensor, outermost first.
 *
 * @param dimensions each at least 1
 */
public record Shape(List<Long> dimensions) {
    /** Copies and checks the dimensions. */
    public Shape {
        dimensions = List.copyOf(dimensions);
        if (dimensions.isEmpty() || dimensions.stream().anyMatch(d -> d < 1)) {
            throw new IllegalArgumentException("a shape has at least one dimension, each at least 1: " + dimensions);
        }
    }

    /** The shape of these dimensions. */
    public static Shape of(long... dimensions) {
        return new Shape(LongStream.of(dimensions).boxed().toList());
    }

    /** The number of elements. */
    public long size() {
        return dimensions.stream().reduce(1L, Math::multiplyExact);
    }

    /** The last dimension. */
    public long cols() {
        return dimensions.get(dimensions.size() - 1);
    }

    /** All dimensions but the last, multiplied. */
    public long rows() {
        return size() / cols();
    }

    /** The dimensions as a fresh array. */
    public long[] toArray() {
        return dimensions.stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public String toString() {
        return dimensions.toString();
    }
}
