package org.peft4j.engine;

import org.junit.jupiter.api.Test;

class RopeTests {
    private static final int HEAD = 6;

    @Test
    void turnsEachHalfPairByItsTokensPosition() {
        double[] frequencies = {1.0, 0.3, 0.01};
        for (int tokens : new int[] {4, 330}) {
            int[] positions = new int[tokens];
            for (int i = 0; i < tokens; i++) {
                positions[i] = (i * 7) % 50;
            }
            Rope rope = new Rope(HEAD, frequencies, 1.25);
            Rope.Angles angles = rope.angles(positions);
            Given x = Given.normal(1, tokens, 20L * HEAD);
            float[] y = GradientCheck.check((tape, in) -> angles.apply(tape, in[0]), x);
            GradientCheck.close("value", y, turned(x, positions, frequencies, 1.25), 1e-5);
        }
    }

    private static float[] turned(Given x, int[] positions, double[] frequencies, double scale) {
        float[] y = new float[x.values().length];
        int half = HEAD / 2;
        for (int head = 0; head < y.length; head += HEAD) {
            int position = positions[head / x.cols()];
            for (int i = 0; i < half; i++) {
                double c = Math.cos(position * frequencies[i]) * scale;
                double s = Math.sin(position * frequencies[i]) * scale;
                double low = x.values()[head + i];
                double high = x.values()[head + half + i];
                y[head + i] = (float) (low * c - high * s);
                y[head + half + i] = (float) (high * c + low * s);
            }
        }
        return y;
    }

    @Test
    void leavesAValueAloneThatAGradientNeeds() {
        Rope.Angles angles = new Rope(HEAD, new double[] {1, 0.5, 0.25}, 1).angles(new int[] {0, 3, 5});
        GradientCheck.check(
                (tape, in) -> {
                    Tensor x = tape.ops().scale(in[0], 2);
                    return tape.ops().add(tape.ops().mul(x, x), angles.apply(tape, x));
                },
                Given.normal(2, 3, 12));
    }
}
