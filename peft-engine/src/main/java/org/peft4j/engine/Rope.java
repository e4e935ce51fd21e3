package org.peft4j.engine;

/**
 * Rotary positions (Su et al. 2021) in the half-split layout of Llama checkpoints: element i of a head turns with element
 * {@code i + headDim / 2}.
 */
public final class Rope {
    private final int headDim;
    private final double[] frequencies;
    private final float scale;
    /** Cosines and sines of the first positions; a longer one takes its place where a later position comes. */
    private volatile Table table = new Table(0);

    /**
     * @param headDim width of a head, even
     * @param frequencies radians per position, {@code headDim / 2} of them
     * @param scale factor on sine and cosine (1 but for some long-context scalings)
     */
    public Rope(int headDim, double[] frequencies, double scale) {
        this.headDim = headDim;
        this.frequencies = frequencies.clone();
        this.scale = (float) scale;
    }

    /** Sines and cosines of positions 0 and on. */
    private final class Table {
        final int count;
        final float[] cos;
        final float[] sin;

        Table(int count) {
            int half = headDim / 2;
            this.count = count;
            cos = new float[count * half];
            sin = new float[count * half];
            for (int t = 0; t < count; t++) {
                for (int i = 0; i < half; i++) {
                    // The angle is rounded to fp32 first, as the reference implementation does.
                    float angle = (float) t * (float) frequencies[i];
                    cos[t * half + i] = (float) Math.cos(angle) * scale;
                    sin[t * half + i] = (float) Math.sin(angle) * scale;
                }
            }
        }
    }

    private Table tableFor(int[] positions) {
        int last = 0;
        for (int p : positions) {
            last = Math.max(last, p);
        }
        Table known = table;
        if (last >= known.count) {
            known = new Table(Math.max(256, Integer.highestOneBit(last) << 1));
            table = known;
        }
        return known;
    }

    /** Sines and cosines of the positions of a batch: made once, used by every layer. */
    public final class Angles {
        private final float[] cos;
        private final float[] sin;

        private Angles(int[] positions) {
            int half = headDim / 2;
            Table known = tableFor(positions);
            cos = new float[positions.length * half];
            sin = new float[positions.length * half];
            for (int t = 0; t < positions.length; t++) {
                System.arraycopy(known.cos, positions[t] * half, cos, t * half, half);
                System.arraycopy(known.sin, positions[t] * half, sin, t * half, half);
            }
        }

        /** x [tokens, heads * headDim] with each head turned by its token's position; takes over x's memory. */
        public Tensor apply(Tape tape, Tensor x) {
            Tensor y = x.takenOver(tape, x.needsGradient);
            y.coarse = x.coarse;
            turn(tape, y.rows, y.cols, y.value, y.value, 0f, 1f);
            tape.record(y, () -> {
                float beta = tape.openGradient(x);
                turn(tape, y.rows, y.cols, y.gradient.buf, x.gradient.buf, beta, -1f);
            });
            return y;
        }

        private void turn(Tape tape, int rows, int cols, Buf in, Buf out, float beta, float direction) {
            int half = headDim / 2;
            tape.workers().split(rows, Math.max(1, Elementwise.GRAIN / cols), (from, to) -> {
                float[] a = new float[cols];
                float[] b = new float[cols];
                for (int r = from; r < to; r++) {
                    in.get(r * cols, a, 0, cols);
                    for (int head = 0; head < cols; head += headDim) {
                        for (int i = 0; i < half; i++) {
                            float c = cos[r * half + i];
                            float s = sin[r * half + i] * direction;
                            float low = a[head + i];
                            float high = a[head + half + i];
                            b[head + i] = low * c - high * s;
                            b[head + half + i] = high * c + low * s;
                        }
                    }
                    if (beta != 0f) {
                        out.get(r * cols, a, 0, cols);
                        for (int i = 0; i < cols; i++) {
                            b[i] += a[i];
                        }
                    }
                    out.put(r * cols, b, 0, cols);
                }
            });
        }
    }

    /** The angles of these positions, one per token. */
    public Angles angles(int[] positions) {
        return new Angles(positions);
    }
}
