package org.peft4j.api;

/**
 * A dense fp32 tensor in one run of {@link Ops}: a value that gradients may flow through.
 *
 * <p>Most are matrices {@code [rows, cols]} in row-major order. A tensor of another rank counts as the matrix whose
 * columns are its last dimension. A batch is ragged: the rows of an activation are the tokens of all its sequences, one
 * after the other, and nothing is padded. A {@code Var} is valid during the call it was handed out in; a hook must not
 * keep it. {@link Param} is the exception.
 */
public interface Var {
    /** The dimensions, outermost first; a copy. */
    long[] shape();

    /** The number of elements. */
    default long size() {
        long n = 1;
        for (long d : shape()) {
            n *= d;
        }
        return n;
    }

    /** The last dimension. */
    default long cols() {
        long[] shape = shape();
        return shape[shape.length - 1];
    }

    /** All dimensions but the last, multiplied. */
    default long rows() {
        return cols() == 0 ? 0 : size() / cols();
    }
}
