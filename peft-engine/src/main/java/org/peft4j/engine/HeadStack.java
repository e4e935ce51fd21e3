package org.peft4j.engine;

import org.peft4j.engine.Blas.Mat;

/**
 * A block's rows of all heads that share keys, one head below the other: [group * n, headDim]. One product with the keys then does what
 * a product for each head would do more slowly.
 *
 * @param heads how many heads there are and their width
 * @param cols columns of a matrix of all heads
 * @param aim rows of a stack that are aimed at: larger products are faster, but look at more keys that causal attention masks
 */
record HeadStack(Attention.Heads heads, int cols, int aim) {
    /** For products in fp32. */
    static final int ROWS = 128;

    /** For products in bfloat16, which cost less and the calls as much. */
    static final int HALF_ROWS = 256;

    private static final int MOST_QUERIES = 64;

    /** Queries of a block. */
    int queries() {
        return Math.min(MOST_QUERIES, Math.max(16, aim / heads.group() / 16 * 16));
    }

    /** Rows of a full block's stack. */
    int rows() {
        return queries() * heads.group();
    }

    /** Elements that a stack takes. */
    int size() {
        return heads.group() == 1 ? 0 : rows() * heads.headDim();
    }

    private int at(int row, int head) {
        return row * cols + head * heads.headDim();
    }

    /** The rows from {@code firstRow} on of the heads of one key/value head, copied to {@code room} where there are several. */
    Mat stacked(Buf all, int firstRow, int n, int kvHead, Buf room) {
        if (heads.group() == 1) {
            return Mat.of(all, at(firstRow, kvHead), cols);
        }
        int dim = heads.headDim();
        for (int h = 0; h < heads.group(); h++) {
            for (int j = 0; j < n; j++) {
                room.copy((h * n + j) * dim, all, at(firstRow + j, kvHead * heads.group() + h), dim);
            }
        }
        return Mat.of(room, dim);
    }

    /** Where a product of stacked rows goes: to its place, or to {@code room} until {@link #unstack}. */
    Mat target(Buf all, int firstRow, int kvHead, Buf room) {
        return heads.group() == 1 ? Mat.of(all, at(firstRow, kvHead), cols) : Mat.of(room, heads.headDim());
    }

    /** Brings stacked rows to their places, or adds them there where {@code beta} is 1. */
    void unstack(Buf room, Buf all, int firstRow, int n, int kvHead, float beta) {
        if (heads.group() == 1) {
            return;
        }
        int dim = heads.headDim();
        float[] sum = new float[dim];
        float[] there = new float[dim];
        for (int h = 0; h < heads.group(); h++) {
            for (int j = 0; j < n; j++) {
                int to = at(firstRow + j, kvHead * heads.group() + h);
                if (beta == 0f) {
                    all.copy(to, room, (h * n + j) * dim, dim);
                } else {
                    room.get((h * n + j) * dim, sum, 0, dim);
                    all.get(to, there, 0, dim);
                    for (int i = 0; i < dim; i++) {
                        sum[i] += there[i];
                    }
                    all.put(to, sum, 0, dim);
                }
            }
        }
    }
}
