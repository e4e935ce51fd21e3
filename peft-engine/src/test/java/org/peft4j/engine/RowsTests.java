package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RowsTests {
    @Test
    void softmax() {
        for (long rows : new long[] {3, 270}) {
            Given x = Given.normal(1, 2.0, rows, 133);
            float[] y = GradientCheck.check((tape, in) -> tape.ops().softmax(in[0]), x);
            float[] expected = new float[y.length];
            for (int r = 0; r < rows; r++) {
                double sum = 0;
                for (int c = 0; c < 133; c++) {
                    sum += Math.exp(x.values()[r * 133 + c]);
                }
                for (int c = 0; c < 133; c++) {
                    expected[r * 133 + c] = (float) (Math.exp(x.values()[r * 133 + c]) / sum);
                }
            }
            GradientCheck.close("value", y, expected, 2e-6);
        }
    }

    @Test
    void rootMeanSquareNorm() {
        for (long rows : new long[] {3, 260}) {
            Given x = Given.normal(2, rows, 134);
            Given weight = Given.normal(3, 134);
            float[] y = GradientCheck.check((tape, in) -> tape.ops().rmsNorm(in[0], in[1], 0.1), x, weight);
            float[] expected = new float[y.length];
            for (int r = 0; r < rows; r++) {
                double squares = 0;
                for (int c = 0; c < 134; c++) {
                    squares += (double) x.values()[r * 134 + c] * x.values()[r * 134 + c];
                }
                double scale = 1 / Math.sqrt(squares / 134 + 0.1);
                for (int c = 0; c < 134; c++) {
                    expected[r * 134 + c] = (float) (x.values()[r * 134 + c] * scale * weight.values()[c]);
                }
            }
            GradientCheck.close("value", y, expected, 2e-6);
        }
    }

    @Test
    void sums() {
        for (long rows : new long[] {5, 250}) {
            Given x = Given.normal(4, rows, 137);
            float[] byRow = GradientCheck.check((tape, in) -> tape.ops().rowSum(in[0]), x);
            float[] all = GradientCheck.check((tape, in) -> tape.ops().sum(in[0]), x);
            double total = 0;
            for (int r = 0; r < rows; r++) {
                double sum = 0;
                for (int c = 0; c < 137; c++) {
                    sum += x.values()[r * 137 + c];
                }
                assertThat((double) byRow[r]).isCloseTo(sum, org.assertj.core.data.Offset.offset(1e-5));
                total += sum;
            }
            assertThat(all).hasSize(1);
            assertThat((double) all[0]).isCloseTo(total, org.assertj.core.data.Offset.offset(1e-3));
        }
    }

    @Test
    void shapesOfSums() {
        try (Tape tape = GradientCheck.ENGINE.tape(false, false, 1)) {
            Tensor x = tape.ops().constant(new float[24], 2, 3, 4);
            assertThat(tape.ops().rowSum(x).shape()).containsExactly(6);
            assertThat(tape.ops().sum(x).shape()).containsExactly(1);
            Tensor weight = tape.ops().constant(new float[3], 3);
            assertThatThrownBy(() -> tape.ops().rmsNorm(x, weight, 1e-5))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[2, 3, 4]");
        }
    }
}
