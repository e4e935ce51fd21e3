package org.peft4j.engine;

import org.peft4j.engine.Blas.Mat;

/** Small products on the calling thread. */
@FunctionalInterface
interface BlockProduct {
    /** {@code c = alpha * a b + beta * c} with a [m, k], b [k, n], c [m, n]; beta is 0 or 1. */
    void multiply(int m, int n, int k, float alpha, Mat a, Mat b, float beta, Mat c);
}
