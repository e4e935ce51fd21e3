package org.peft4j.engine;

import java.util.ArrayList;
import java.util.List;

/** Attention written down as its definition says, in double precision. */
final class AttentionReference {
    private final Attention.Heads heads;
    private final List<float[]> keys = new ArrayList<>();
    private final List<float[]> values = new ArrayList<>();

    AttentionReference(Attention.Heads heads) {
        this.heads = heads;
    }

    /** The output for one query head vector over the keys and values added since the last call. */
    private float[] attend(float[] q) {
        double[] weights = new double[keys.size()];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            double score = 0;
            for (int c = 0; c < q.length; c++) {
                score += (double) q[c] * keys.get(i)[c];
            }
            weights[i] = Math.exp(score / Math.sqrt(q.length));
            sum += weights[i];
        }
        float[] out = new float[q.length];
        for (int c = 0; c < q.length; c++) {
            double total = 0;
            for (int i = 0; i < weights.length; i++) {
                total += weights[i] / sum * values.get(i)[c];
            }
            out[c] = (float) total;
        }
        keys.clear();
        values.clear();
        return out;
    }

    private void see(Given k, Given v, int from, int to, int kvHead) {
        for (int r = from; r < to; r++) {
            keys.add(part(k, r, kvHead));
            values.add(part(v, r, kvHead));
        }
    }

    private float[] part(Given x, int row, int head) {
        float[] part = new float[heads.headDim()];
        System.arraycopy(x.values(), row * x.cols() + head * part.length, part, 0, part.length);
        return part;
    }

    /** Causal attention; {@code shared} is keys, values, keys, values, ... */
    float[] causal(Given q, Given k, Given v, int[] starts, int sharedRows, Given... shared) {
        float[] out = new float[q.values().length];
        for (int s = 0; s + 1 < starts.length; s++) {
            for (int r = starts[s]; r < starts[s + 1]; r++) {
                for (int h = 0; h < heads.heads(); h++) {
                    int kvHead = h * heads.kvHeads() / heads.heads();
                    for (int i = 0; i < shared.length; i += 2) {
                        see(shared[i], shared[i + 1], 0, shared[i].rows(), kvHead);
                    }
                    see(k, v, 0, s > 0 ? sharedRows : 0, kvHead);
                    int first = heads.window().firstKey(h, r - starts[s], starts[s + 1] - starts[s]);
                    see(k, v, starts[s] + first, r + 1, kvHead);
                    System.arraycopy(
                            attend(part(q, r, h)), 0, out, r * q.cols() + h * heads.headDim(), heads.headDim());
                }
            }
        }
        return out;
    }

    /** Every query over these keys and values. */
    float[] over(Given q, Given k, Given v) {
        float[] out = new float[q.values().length];
        for (int r = 0; r < q.rows(); r++) {
            for (int h = 0; h < heads.heads(); h++) {
                see(k, v, 0, k.rows(), h * heads.kvHeads() / heads.heads());
                System.arraycopy(attend(part(q, r, h)), 0, out, r * q.cols() + h * heads.headDim(), heads.headDim());
            }
        }
        return out;
    }
}
