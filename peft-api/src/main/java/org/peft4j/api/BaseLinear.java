package org.peft4j.api;

/** A linear layer as the next hook inside sees it: {@code y = x W^T + bias}. Its weight may be stored encoded. */
public interface BaseLinear {
    /** The site it stands at. */
    Site site();

    /** The layer's output for x [tokens, in]: [tokens, out]. */
    Var apply(Var x);

    /** The output without the bias; the same as {@link #apply} where the layer has none. */
    Var product(Var x);

    /** Adds the layer's bias, where it has one, to y [tokens, out]. */
    Var addBias(Var y);

    /** The Euclidean length of each row of the frozen W: a constant [out]. */
    Var rowNorms();
}
