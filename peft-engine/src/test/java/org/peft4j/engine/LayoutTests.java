package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LayoutTests {
    @Test
    void rows() {
        Given x = Given.normal(1, 7, 5);
        float[] y = GradientCheck.check((tape, in) -> tape.ops().rows(in[0], 2, 5), x);
        assertThat(y).isEqualTo(Arrays.copyOfRange(x.values(), 10, 25));
    }

    @Test
    void overlappingViewsOfViewsAddUp() {
        Given x = Given.normal(2, 8, 4);
        GradientCheck.check(
                (tape, in) -> {
                    TapeOps ops = tape.ops();
                    Tensor upper = ops.rows(ops.rows(in[0], 1, 7), 0, 4);
                    Tensor lower = ops.reshape(ops.rows(in[0], 3, 7), 4, 4);
                    return ops.mul(ops.add(upper, lower), ops.rows(in[0], 0, 4));
                },
                x);
    }

    @Test
    void reshape() {
        Given x = Given.normal(3, 6, 4);
        float[] y =
                GradientCheck.check((tape, in) -> tape.ops().softmax(tape.ops().reshape(in[0], 2, 3, 4)), x);
        assertThat(y).hasSize(24);
        try (Tape tape = GradientCheck.ENGINE.tape(false, false, 1)) {
            Tensor t = tape.ops().reshape(x.constantOn(tape), 3, 8);
            assertThat(t.shape()).containsExactly(3, 8);
            assertThat(t.toArray()).isEqualTo(x.values());
        }
    }

    @Test
    void columns() {
        Given x = Given.normal(4, 5, 9);
        float[] y = GradientCheck.check((tape, in) -> tape.ops().columns(in[0], 3, 7), x);
        for (int r = 0; r < 5; r++) {
            assertThat(Arrays.copyOfRange(y, r * 4, r * 4 + 4))
                    .isEqualTo(Arrays.copyOfRange(x.values(), r * 9 + 3, r * 9 + 7));
        }
    }

    @Test
    void concatenatedRows() {
        Given a = Given.normal(5, 3, 6);
        Given b = Given.normal(6, 5, 6);
        float[] y = GradientCheck.check((tape, in) -> tape.ops().concatRows(in[0], in[1]), a, b);
        assertThat(Arrays.copyOf(y, 18)).isEqualTo(a.values());
        assertThat(Arrays.copyOfRange(y, 18, 48)).isEqualTo(b.values());
        GradientCheck.check((tape, in) -> tape.ops().concatRows(in[0], in[0]), a);
    }

    @Test
    void nothingFlowsBackThroughDetach() {
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            Tensor x = tape.leaf(new float[] {2f, 3f}, true, 2);
            Tensor square = tape.ops().mul(x, tape.ops().detach(x));
            assertThat(square.toArray()).containsExactly(4f, 9f);
            tape.backward(tape.ops().sum(square));
            assertThat(tape.gradientOf(x)).containsExactly(2f, 3f);
        }
    }

    @Test
    void gradientOfAView() {
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            Tensor x = tape.leaf(new float[] {1f, 2f, 3f, 4f}, true, 4, 1);
            Tensor part = tape.ops().rows(x, 1, 3);
            tape.backward(tape.ops().sum(tape.ops().mul(x, x)));
            assertThat(tape.gradientOf(part)).containsExactly(4f, 6f);
        }
    }

    @Test
    void badRangesAndShapesAreNamed() {
        try (Tape tape = GradientCheck.ENGINE.tape(false, false, 1)) {
            TapeOps ops = tape.ops();
            Tensor x = ops.constant(new float[6], 2, 3);
            assertThatThrownBy(() -> ops.rows(x, 1, 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[2, 3]");
            assertThatThrownBy(() -> ops.columns(x, 2, 4))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[2, 3]");
            assertThatThrownBy(() -> ops.reshape(x, 2, 2)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ops.reshape(x, 3, 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[2, 3]")
                    .hasMessageContaining("[3, 3]");
            assertThatThrownBy(() -> ops.concatRows(x, ops.constant(new float[4], 2, 2)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void tooManyValuesForAShapeTouchNothingElse() {
        try (Tape tape = GradientCheck.ENGINE.tape(false, false, 1)) {
            Tensor first = tape.ops().constant(new float[16], 16);
            Tensor second = tape.ops().constant(new float[16], 16);
            tape.close(first);
            assertThatThrownBy(() -> tape.leaf(Given.normal(1, 40).values(), false, 16))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(second.toArray()).containsOnly(0f);
        }
    }
}
