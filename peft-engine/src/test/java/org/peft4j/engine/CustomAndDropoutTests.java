package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;
import org.peft4j.api.CustomOp;
import org.peft4j.api.Shape;
import org.peft4j.api.Var;

class CustomAndDropoutTests {
    /** {@code a * a * b}, with b one number per row. */
    private static final class SquareTimes implements CustomOp {
        @Override
        public Shape outputShape(Var... inputs) {
            return Shape.of(inputs[0].shape());
        }

        @Override
        public void forward(FloatBuffer[] in, FloatBuffer out) {
            int cols = in[0].capacity() / in[1].capacity();
            for (int i = 0; i < out.capacity(); i++) {
                out.put(i, in[0].get(i) * in[0].get(i) * in[1].get(i / cols));
            }
        }

        @Override
        public void backward(Backward c) {
            int cols = c.input(0).capacity() / c.input(1).capacity();
            for (int i = 0; i < c.output().capacity(); i++) {
                float g = c.outputGradient().get(i);
                float a = c.input(0).get(i);
                if (c.wanted(0)) {
                    float old = c.inputGradient(0).get(i);
                    c.inputGradient(0).put(i, old + 2 * a * g * c.input(1).get(i / cols));
                }
                if (c.wanted(1)) {
                    float old = c.inputGradient(1).get(i / cols);
                    c.inputGradient(1).put(i / cols, old + g * a * a);
                }
            }
        }
    }

    @Test
    void customOperation() {
        Given a = Given.normal(1, 6, 7);
        Given b = Given.normal(2, 6);
        float[] y = GradientCheck.check((tape, in) -> tape.ops().custom(new SquareTimes(), in), a, b);
        float[] expected = new float[42];
        for (int i = 0; i < 42; i++) {
            expected[i] = a.values()[i] * a.values()[i] * b.values()[i / 7];
        }
        GradientCheck.close("value", y, expected, 1e-6);
    }

    @Test
    void dropoutHasTheRightGradient() {
        GradientCheck.check((tape, in) -> tape.ops().dropout(in[0], 0.3), Given.normal(3, 9, 11));
        GradientCheck.check((tape, in) -> tape.ops().dropout(in[0], 0.3), Given.normal(3, 300, 131));
    }

    @Test
    void dropoutDropsAndScales() {
        int n = 100_000;
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 5)) {
            Tensor ones =
                    tape.ops().add(tape.leaf(new float[n], false, n), tape.ops().constant(new float[] {1f}, 1));
            float[] first = tape.ops().dropout(ones, 0.25).toArray();
            float[] second = tape.ops().dropout(ones, 0.25).toArray();
            int dropped = 0;
            int same = 0;
            for (int i = 0; i < n; i++) {
                assertThat(first[i] == 0f || first[i] == 1f / 0.75f).isTrue();
                dropped += first[i] == 0f ? 1 : 0;
                same += (first[i] == 0f) == (second[i] == 0f) ? 1 : 0;
            }
            // Five standard deviations of a binomial count.
            assertThat(dropped / (double) n).isBetween(0.25 - 0.0069, 0.25 + 0.0069);
            assertThat(same / (double) n).isBetween(0.625 - 0.0077, 0.625 + 0.0077);
        }
    }

    @Test
    void dropoutFollowsFromTheSeedAlone() {
        assertThat(mask(GradientCheck.ENGINE, 5)).isEqualTo(mask(GradientCheck.ONE_THREAD, 5));
        assertThat(mask(GradientCheck.ENGINE, 5)).isNotEqualTo(mask(GradientCheck.ENGINE, 6));
    }

    private static float[] mask(Engine engine, long seed) {
        try (Tape tape = engine.tape(false, true, seed)) {
            return tape.ops()
                    .dropout(Given.normal(1, 40_000).constantOn(tape), 0.5)
                    .toArray();
        }
    }

    @Test
    void dropoutRestsOutsideTraining() {
        try (Tape tape = GradientCheck.ENGINE.tape(true, false, 5)) {
            Given x = Given.normal(1, 5, 5);
            assertThat(tape.ops().dropout(x.on(tape), 0.5).toArray()).isEqualTo(x.values());
        }
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 5)) {
            Tensor x = Given.normal(1, 5, 5).on(tape);
            assertThatThrownBy(() -> tape.ops().dropout(x, 1.0)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
