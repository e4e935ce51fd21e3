package org.peft4j.engine;

import java.util.Arrays;
import java.util.List;
import org.peft4j.engine.Blas.Mat;
import org.peft4j.engine.arrays.FastExp;

/**
 * Attention of one new token a sequence over its cache, without gradients: the heads of a group share their keys, so they are one
 * product, and the cache is read once where it lies.
 */
final class SingleQueries {
    private SingleQueries() {}

    static Tensor attend(Tape tape, Tensor q, List<KeyValueCache.Layer> caches, Attention.Heads heads) {
        if (q.cols != heads.heads() * heads.headDim() || caches.size() != q.rows) {
            throw new IllegalArgumentException("queries " + q + " of " + caches.size() + " sequences for " + heads);
        }
        Tensor out = tape.fresh(false, q.rows, q.cols);
        int kvHeads = heads.kvHeads();
        int tasks = q.rows * kvHeads;
        long work = 0;
        for (KeyValueCache.Layer cache : caches) {
            work += (long) cache.length() * q.cols;
        }
        if (work < 1 << 14) {
            for (int i = 0; i < tasks; i++) {
                group(q, caches.get(i / kvHeads), heads, i / kvHeads, i % kvHeads, out);
            }
        } else {
            tape.workers().run(tasks, i -> group(q, caches.get(i / kvHeads), heads, i / kvHeads, i % kvHeads, out));
        }
        return out;
    }

    private static void group(
            Tensor q, KeyValueCache.Layer cache, Attention.Heads heads, int row, int kvHead, Tensor out) {
        int group = heads.group();
        int dim = heads.headDim();
        int length = cache.length();
        int kvWidth = heads.kvHeads() * dim;
        Buf scores = Scratch.take(group * length);
        Mat p = Mat.of(scores, length);
        long column = (long) row * q.cols + (long) kvHead * group * dim;
        Mat keys = Mat.of(cache.keys(), (long) kvHead * dim, kvWidth);
        product(group, length, dim, heads.scale(), Mat.of(q.value(), column, dim), keys.t(), p);
        softmax(scores, heads, kvHead * group, group, length);
        Mat values = Mat.of(cache.values(), (long) kvHead * dim, kvWidth);
        product(group, dim, length, 1f, p, values, Mat.of(out.value, column, dim));
    }

    private static void product(int m, int n, int k, float alpha, Mat a, Mat b, Mat c) {
        if (m == 1) {
            Blas.vector(n, k, alpha, a, b, 0f, c);
        } else {
            Blas.single(m, n, k, alpha, a, b, 0f, c);
        }
    }

    private static void softmax(Buf scores, Attention.Heads heads, int firstHead, int group, int length) {
        float[] p = Scratch.decoded(group * length).array();
        scores.get(0, p, 0, group * length);
        for (int g = 0; g < group; g++) {
            int at = g * length;
            int first = Attention.firstKey(heads, firstHead + g, length - 1, length);
            float max = Rows.max(p, at + first, at + length);
            FastExp.expMinus(max, p, at + first, at + length);
            float inverse = 1f / Rows.sum(p, at + first, length - first);
            Arrays.fill(p, at, at + first, 0f);
            for (int i = at + first; i < at + length; i++) {
                p[i] *= inverse;
            }
        }
        scores.put(0, p, 0, group * length);
    }
}
