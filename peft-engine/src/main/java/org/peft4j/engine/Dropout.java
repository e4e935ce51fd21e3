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
        long limit = (long) Math.ceil(drop * (1L << 24));
        tape.workers().split(in.length, Elementwise.GRAIN, (from, to) -> {
            float[] a = new float[Elementwise.PIECE];
            float[] b = new float[Elementwise.PIECE];
            for (int i = from; i < to; i += Elementwise.PIECE) {
                int n = Math.min(Elementwise.PIECE, to - i);
                in.get(i, a, 0, n);
                Elementwise.load(out, beta, i, b, n);
                for (int j = 0; j < n; j++) {
                    // All bits set where the number drawn is not below the limit; a branch would be guessed wrong too
                    // often.
                    int kept = (int) ~(((CounterRandom.mix(stream, i + j) >>> 40) - limit) >> 63);
                    a[j] = Float.intBitsToFloat(Float.floatToRawIntBits(a[j] * keep) & kept);
                }
                for (int j = 0; j < n; j++) {
                    b[j] += a[j];
                }
                out.put(i, b, 0, n);
            }
        });
    }
}
