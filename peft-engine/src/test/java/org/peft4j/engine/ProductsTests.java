package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProductsTests {
    @Test
    void product() {
        for (int m : new int[] {4, 150}) {
            Given a = Given.normal(1, m, 70);
            Given b = Given.normal(2, 70, 90);
            float[] y = GradientCheck.check((tape, in) -> tape.ops().matmul(in[0], in[1]), a, b);
            GradientCheck.close("value", y, product(a, b, false), 1e-5);
        }
    }

    @Test
    void productWithATranspose() {
        for (int m : new int[] {4, 60}) {
            Given a = Given.normal(3, m, 75);
            Given b = Given.normal(4, 140, 75);
            float[] y = GradientCheck.check((tape, in) -> tape.ops().matmulT(in[0], in[1]), a, b);
            GradientCheck.close("value", y, product(a, b, true), 1e-5);
        }
    }

    @Test
    void productsOfATensorWithItself() {
        Given a = Given.normal(5, 12, 12);
        GradientCheck.check((tape, in) -> tape.ops().matmul(in[0], in[0]), a);
        GradientCheck.check((tape, in) -> tape.ops().matmulT(in[0], in[0]), a);
    }

    @Test
    void lowRankUpdate() {
        for (int tokens : new int[] {5, 130}) {
            Given y = Given.normal(6, tokens, 110);
            Given x = Given.normal(7, tokens, 90);
            Given a = Given.normal(8, 0.3, 8, 90);
            Given b = Given.normal(9, 0.3, 110, 8);
            float[] value =
                    GradientCheck.check((t, in) -> t.ops().addLowRank(in[0], in[1], in[2], in[3], 1.7), y, x, a, b);
            float[] inner = product(x, a, true);
            float[] update = product(new Given(inner, tokens, 8), b, true);
            float[] expected = new float[update.length];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = y.values()[i] + 1.7f * update[i];
            }
            GradientCheck.close("value", value, expected, 1e-5);
        }
    }

    @Test
    void lowRankUpdateCopiesWhatAGradientStillNeeds() {
        Given y = Given.normal(10, 6, 11);
        Given x = Given.normal(11, 6, 9);
        Given a = Given.normal(12, 4, 9);
        Given b = Given.normal(13, 11, 4);
        GradientCheck.check(
                (tape, in) -> {
                    TapeOps ops = tape.ops();
                    Tensor hidden = ops.scale(in[0], 1.5);
                    Tensor square = ops.mul(hidden, hidden); // needs hidden's value in the backward pass
                    return ops.add(square, ops.addLowRank(hidden, in[1], in[2], in[3], 0.5));
                },
                y,
                x,
                a,
                b);
    }

    @Test
    void lowRankUpdateOfItsOwnInput() {
        Given x = Given.normal(14, 6, 11);
        Given a = Given.normal(15, 4, 11);
        Given b = Given.normal(16, 11, 4);
        GradientCheck.check((tape, in) -> tape.ops().addLowRank(in[0], in[0], in[1], in[2], 0.5), x, a, b);
    }

    @Test
    void lowRankUpdateUsesUpItsFirstArgument() {
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            TapeOps ops = tape.ops();
            Tensor y = Given.normal(1, 3, 4).on(tape);
            Tensor x = Given.normal(2, 3, 5).on(tape);
            long before = tape.peakBytes();
            ops.addLowRank(
                    y, x, Given.normal(3, 2, 5).on(tape), Given.normal(4, 4, 2).on(tape), 1);
            assertThat(tape.peakBytes() - before).isLessThanOrEqualTo(3 * 64L);
            assertThatThrownBy(y::toArray).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void shapesThatDoNotFitAreNamed() {
        try (Tape tape = GradientCheck.ENGINE.tape(false, false, 1)) {
            TapeOps ops = tape.ops();
            Tensor a = ops.constant(new float[6], 2, 3);
            Tensor b = ops.constant(new float[8], 2, 4);
            assertThatThrownBy(() -> ops.matmul(a, b))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[2, 3]")
                    .hasMessageContaining("[2, 4]");
            assertThatThrownBy(() -> ops.matmulT(a, b)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ops.addLowRank(a, b, a, b, 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    static float[] product(Given a, Given b, boolean transposed) {
        int m = a.rows();
        int k = a.cols();
        int n = transposed ? b.rows() : b.cols();
        float[] y = new float[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int l = 0; l < k; l++) {
                    sum += (double) a.values()[i * k + l] * b.values()[transposed ? j * k + l : l * n + j];
                }
                y[i * n + j] = (float) sum;
            }
        }
        return y;
    }
}
