package org.peft4j.engine;

import java.util.Arrays;
import org.peft4j.engine.arrays.FastExp;

/**
 * Rows of attention scores on the heap, as many at once as the first cache levels hold: exponentials of many numbers in one go cost
 * a fraction of those of single rows.
 */
final class ScoreRows {
    private static final int MOST = 8192;
    /** Its exponential is next to nothing; what is masked is set to zero behind it. */
    private static final float MASKED = -80f;

    /** The exponential of its difference to any score is zero. */
    private static final float[] FORGOTTEN = new float[256];

    static {
        Arrays.fill(FORGOTTEN, -1e30f);
    }

    /** Scores of fewer numbers are worked on before a kernel's call would be over. */
    private static final int WORTH_COMPILING = 1024;

    /** Widths are rounded up to a multiple of this. */
    private static final int STEP = 16;

    private static final float[] NOTHING = new float[STEP];

    /** So are few rows: in generation each step's are of another width. */
    private static final int FEW_ROWS = 16;

    private static final ThreadLocal<ScoreRows> OF_THREAD = ThreadLocal.withInitial(ScoreRows::new);

    private float[] p = new float[MOST];
    private float[] d = new float[MOST];
    private int[] from = new int[64];
    private int[] to = new int[64];

    private ScoreRows() {}

    static ScoreRows ofThread() {
        return OF_THREAD.get();
    }

    /** Which keys a row sees: all of {@code common}, and {@code from} to {@code to}; the rest of it is masked. */
    void see(int row, int first, int end) {
        if (row >= from.length) {
            from = Arrays.copyOf(from, 2 * row);
            to = Arrays.copyOf(to, 2 * row);
        }
        from[row] = first;
        to[row] = end;
    }

    /** Rows that are worked on at once. */
    private int step(int width) {
        if (width > p.length) {
            p = new float[width];
            d = new float[width];
        }
        return Math.max(1, p.length / width);
    }

    /** Is told the log of the sum of a row's exponentials. */
    interface LogSums {
        void set(int row, float logSum);
    }

    /**
     * The shape of a block's scores.
     *
     * @param rows of them
     * @param width keys
     * @param common keys at the front that every row sees
     * @param stride numbers from one row to the next
     * @param compiled whether they are worked on in native memory, by kernels that are compiled for a width
     */
    record Shape(int rows, int width, int common, int stride, boolean compiled) {
        static Shape of(int rows, int width, int common) {
            boolean compiled = rows >= FEW_ROWS && (long) rows * width >= WORTH_COMPILING && OneDnn.fastSingle();
            return new Shape(rows, width, common, compiled ? longestStride(width) : width, compiled);
        }
    }

    /** The widest rows that so many keys can take: in steps, so that batches of many lengths share a few kernels. */
    static int longestStride(int width) {
        return (width + STEP - 1) / STEP * STEP;
    }

    /** Sets what is masked to where its exponential is zero. */
    private void maskNative(Buf scores, Shape s) {
        for (int row = 0; row < s.rows; row++) {
            forget(scores, row * s.stride + s.common, row * s.stride + from[row]);
            forget(scores, row * s.stride + to[row], (row + 1) * s.stride);
        }
    }

    private static void forget(Buf scores, int first, int end) {
        for (int i = first; i < end; i += FORGOTTEN.length) {
            scores.put(i, FORGOTTEN, 0, Math.min(FORGOTTEN.length, end - i));
        }
    }

    /** Replaces scores by probabilities; only rows that are not {@link Shape#compiled} have their sums told. */
    void softmax(Buf scores, Shape shape, LogSums logSums) {
        if (shape.compiled) {
            maskNative(scores, shape);
            SoftmaxKernels.ofThread().forward(scores, shape.rows, shape.stride);
            return;
        }
        int n = shape.rows;
        int width = shape.width;
        int common = shape.common;
        int step = step(width);
        float[] shift = new float[step];
        for (int first = 0; first < n; first += step) {
            int rows = Math.min(step, n - first);
            scores.get(first * width, p, 0, rows * width);
            for (int r = 0; r < rows; r++) {
                int at = r * width;
                int row = first + r;
                float max = Math.max(Rows.max(p, at, at + common), Rows.max(p, at + from[row], at + to[row]));
                shift[r] = max;
                subtract(at, row, max, width, common);
            }
            FastExp.exp(p, 0, rows * width);
            for (int r = 0; r < rows; r++) {
                mask(p, r * width, first + r, width, common);
                float sum = Rows.sum(p, r * width, width);
                float inverse = 1f / sum;
                for (int i = r * width; i < (r + 1) * width; i++) {
                    p[i] *= inverse;
                }
                logSums.set(first + r, shift[r] + (float) Math.log(sum));
            }
            scores.put(first * width, p, 0, rows * width);
        }
    }

    /**
     * Replaces scores by probabilities and the gradients of those by the gradients of the scores. The sums are not looked at where
     * {@link Shape#compiled} says so.
     *
     * @param logSums of each row
     */
    void slopes(Buf scores, Buf gradients, Shape shape, float[] logSums) {
        if (shape.compiled) {
            maskNative(scores, shape);
            SoftmaxKernels.ofThread().forward(scores, shape.rows, shape.stride);
            zeroBehind(gradients, shape);
            SoftmaxKernels.ofThread().backward(scores, gradients, shape.rows, shape.stride);
            return;
        }
        int n = shape.rows;
        int width = shape.width;
        int common = shape.common;
        int step = step(width);
        for (int first = 0; first < n; first += step) {
            int rows = Math.min(step, n - first);
            scores.get(first * width, p, 0, rows * width);
            gradients.get(first * width, d, 0, rows * width);
            for (int r = 0; r < rows; r++) {
                subtract(r * width, first + r, logSums[first + r], width, common);
            }
            FastExp.exp(p, 0, rows * width);
            for (int r = 0; r < rows; r++) {
                int at = r * width;
                mask(p, at, first + r, width, common);
                float mean = weightedMean(at, width);
                for (int i = at; i < at + width; i++) {
                    d[i] = p[i] * (d[i] - mean);
                }
            }
            scores.put(first * width, p, 0, rows * width);
            gradients.put(first * width, d, 0, rows * width);
        }
    }

    /** A row's mean gradient, weighted by its probabilities. */
    private float weightedMean(int at, int width) {
        float sum = 0f;
        for (int i = at; i < at + width; i++) {
            sum += p[i] * d[i];
        }
        return sum;
    }

    /** What no product wrote may be anything, and a probability of zero makes nothing of NaN. */
    private static void zeroBehind(Buf gradients, Shape s) {
        for (int row = 0; row < s.rows && s.stride > s.width; row++) {
            gradients.put(row * s.stride + s.width, NOTHING, 0, s.stride - s.width);
        }
    }

    private void subtract(int at, int row, float shift, int width, int common) {
        for (int i = at; i < at + width; i++) {
            p[i] -= shift;
        }
        Arrays.fill(p, at + common, at + from[row], MASKED);
        Arrays.fill(p, at + to[row], at + width, MASKED);
    }

    private void mask(float[] v, int at, int row, int width, int common) {
        Arrays.fill(v, at + common, at + from[row], 0f);
        Arrays.fill(v, at + to[row], at + width, 0f);
    }
}
