package org.peft4j.api;

/**
 * The operations a method's forward pass is written in; gradients follow by themselves.
 *
 * <p>Every argument counts as a matrix [rows, cols] (see {@link Var}). Elementwise operations of two arguments take a second
 * one of the same shape, or one row of {@code cols} values that is used for every row, or a single value [1]; gradients of what
 * was repeated are summed. Shapes that do not fit are an {@link IllegalArgumentException} naming both.
 */
public interface Ops {
    /** Whether this run trains (dropout is active) rather than evaluates or generates. */
    boolean training();

    /** A constant. */
    Var constant(float[] values, long... shape);

    /** {@code a + b}. */
    Var add(Var a, Var b);

    /** {@code a - b}. */
    Var sub(Var a, Var b);

    /** {@code a * b}, elementwise. */
    Var mul(Var a, Var b);

    /** {@code a / b}, elementwise. */
    Var div(Var a, Var b);

    /** {@code a * factor}. */
    Var scale(Var a, double factor);

    /** Matrix product of a [m, k] and b [k, n]: [m, n]. */
    Var matmul(Var a, Var b);

    /** Matrix product of a [m, k] and the transpose of b [n, k]: [m, n]. */
    Var matmulT(Var a, Var b);

    /**
     * {@code y + factor * (x a^T) b^T}, the low-rank update (LoRA, Hu et al. 2021, eq. 3), as one operation that adds into y's own
     * memory: y must not be used again.
     *
     * @param y [tokens, out]
     * @param x [tokens, in]
     * @param a [rank, in]
     * @param b [out, rank]
     */
    Var addLowRank(Var y, Var x, Var a, Var b, double factor);

    /** In training, each element is zero with probability {@code p} and divided by {@code 1 - p} otherwise. */
    Var dropout(Var x, double p);

    /** {@code max(x, 0)}. */
    Var relu(Var x);

    /** {@code x * sigmoid(x)}. */
    Var silu(Var x);

    /** {@code x * Phi(x)} in the tanh approximation (Hendrycks and Gimpel 2016). */
    Var gelu(Var x);

    /** Hyperbolic tangent. */
    Var tanh(Var x);

    /** {@code 1 / (1 + exp(-x))}. */
    Var sigmoid(Var x);

    /** Square root; its gradient at 0 is taken as 0. */
    Var sqrt(Var x);

    /** Softmax of each row. */
    Var softmax(Var x);

    /** {@code x / sqrt(mean(x^2) + eps) * weight} for each row (Zhang and Sennrich 2019); weight is [cols]. */
    Var rmsNorm(Var x, Var weight, double eps);

    /** Sum of each row: [rows]. */
    Var rowSum(Var x);

    /** Sum of all elements: [1]. */
    Var sum(Var x);

    /** Rows {@code from} (inclusive) to {@code to} (exclusive). */
    Var rows(Var x, long from, long to);

    /** Columns {@code from} (inclusive) to {@code to} (exclusive). */
    Var columns(Var x, long from, long to);

    /** The rows of a, then those of b. */
    Var concatRows(Var a, Var b);

    /** The same elements in another shape. */
    Var reshape(Var x, long... shape);

    /** The same values as a constant: no gradient flows back. */
    Var detach(Var x);

    /** An operation of the caller's own. */
    Var custom(CustomOp op, Var... inputs);
}
