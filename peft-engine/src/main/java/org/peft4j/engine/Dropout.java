package org.peft4j.engine;

/** Inverted dropout; the mask is drawn again in the backward pass instead of being kept. */
final class Dropout {
    private Dropout() {}

    static Tensor apply(Tape tape, Tensor x, double p) {
        if (!(p > 0 && p < 1)) {
            throw new IllegalArgumentException("dropout needs a probability in [0, 1), not " + p);
        }
        long stream = tape.nextStream();
        float drop = (float) p;
        Tensor y = tape.fresh(x.needsGradient, x.shape());
        mask(tape, stream, drop, x.value(), 0f, y.value);
        tape.record(y, () -> {
            float beta = tape.openGradient(x);
            mask(tape, stream, drop, y.gradient.buf, beta, x.gradient.buf);
        });
        return y;
    }

    private static void mask(Tape tape, long stream, float drop, Buf in, float beta, Buf out) {
        float keep = 1f / (1f - drop);
        tape.workers().split(in.length, Elementwise.GRAIN, (from, to) -> {
            float[] a = new float[Elementwise.PIECE];
            float[] b = new float[Elementwise.PIECE];
            for (int i = from; i < to; i += Elementwise.PIECE) {
                int n = Math.min(Elementwise.PIECE, to - i);
                in.get(i, a, 0, n);
                if (beta != 0f) {
                    out.get(i, b, 0, n);
                }
                for (int j = 0; j < n; j++) {
                    float v = CounterRandom.uniform(stream, i + j) < drop ? 0f : a[j] * keep;
                    b[j] = beta != 0f ? b[j] + v : v;
                }
                out.put(i, b, 0, n);
            }
        });
    }
}
