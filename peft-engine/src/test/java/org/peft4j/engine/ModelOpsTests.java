package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.peft4j.api.PeftException;

class ModelOpsTests {
    @Test
    void linearOverADenseWeight() {
        for (int tokens : new int[] {3, 140}) {
            Given x = Given.normal(1, tokens, 60);
            Given w = Given.normal(2, 75, 60);
            FrozenMatrix dense = FrozenMatrix.dense(OffHeap.of(w.values()), 75, 60);
            float[] y = GradientCheck.check((tape, in) -> ModelOps.linear(tape, in[0], dense), x);
            GradientCheck.close("value", y, ProductsTests.product(x, w, true), 1e-5);
            assertThat(dense.bytes()).isEqualTo(4 * 75 * 60);
        }
    }

    @Test
    void linearOverAnEncodedWeightOfSeveralTiles() {
        // Tiles of 2^18 elements: 131 rows of 2000, so 300 rows make two whole ones and a rest.
        Given x = Given.normal(3, 5, 2000);
        Given w = Given.normal(4, 0.05, 300, 2000);
        float[] y = GradientCheck.check(
                (tape, in) -> ModelOps.linear(tape, in[0], FrozenMatrix.encoded(new KeptWeight(w))), x);
        GradientCheck.close("value", y, ProductsTests.product(x, w, true), 1e-5);
    }

    @Test
    void linearNamesShapesThatDoNotFit() {
        try (Tape tape = GradientCheck.ENGINE.tape(false, false, 1)) {
            Tensor x = Given.normal(1, 3, 7).constantOn(tape);
            FrozenMatrix w = FrozenMatrix.encoded(new KeptWeight(Given.normal(1, 8, 6)));
            assertThatThrownBy(() -> ModelOps.linear(tape, x, w))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[3, 7]")
                    .hasMessageContaining("[8, 6]");
        }
    }

    @Test
    void embedding() {
        Given table = Given.normal(5, 10, 6);
        int[] ids = {9, 0, 4, 4};
        for (FrozenMatrix m : new FrozenMatrix[] {
            FrozenMatrix.dense(OffHeap.of(table.values()), 10, 6), FrozenMatrix.encoded(new KeptWeight(table))
        }) {
            try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
                Tensor rows = ModelOps.embedding(tape, m, ids);
                assertThat(rows.shape()).containsExactly(4, 6);
                assertThat(rows.toArray()).isEqualTo(picked(table, ids));
                assertThatThrownBy(() -> ModelOps.embedding(tape, m, new int[] {10}))
                        .isInstanceOf(PeftException.class)
                        .hasMessageContaining("10");
                assertThatThrownBy(() -> ModelOps.embedding(tape, m, new int[] {-1}))
                        .isInstanceOf(PeftException.class);
            }
        }
    }

    @Test
    void gatherAddsUpGradientsOfRepeatedRows() {
        Given x = Given.normal(6, 9, 5);
        int[] ids = {3, 3, 0, 8, 3, 1};
        float[] y = GradientCheck.check((tape, in) -> ModelOps.gather(tape, in[0], ids), x);
        assertThat(y).isEqualTo(picked(x, ids));
    }

    private static float[] picked(Given from, int... ids) {
        int cols = from.cols();
        float[] expected = new float[ids.length * cols];
        for (int i = 0; i < ids.length; i++) {
            System.arraycopy(from.values(), ids[i] * cols, expected, i * cols, cols);
        }
        return expected;
    }

    @Test
    void swiglu() {
        for (int rows : new int[] {3, 280}) {
            Given gate = Given.normal(7, 2.0, rows, 130);
            Given up = Given.normal(8, rows, 130);
            float[] y = GradientCheck.check((tape, in) -> ModelOps.swiglu(tape, in[0], in[1]), gate, up);
            float[] expected = new float[y.length];
            for (int i = 0; i < y.length; i++) {
                double g = gate.values()[i];
                expected[i] = (float) (g / (1 + Math.exp(-g)) * up.values()[i]);
            }
            GradientCheck.close("value", y, expected, 1e-6);
        }
        GradientCheck.check((tape, in) -> ModelOps.swiglu(tape, in[0], in[0]), Given.normal(9, 4, 5));
    }

    @Test
    void residual() {
        Given a = Given.normal(10, 5, 7);
        Given b = Given.normal(11, 5, 7);
        float[] y = GradientCheck.check((tape, in) -> ModelOps.residual(tape, in[0], in[1]), a, b);
        for (int i = 0; i < y.length; i++) {
            assertThat(y[i]).isEqualTo(a.values()[i] + b.values()[i]);
        }
        GradientCheck.check((tape, in) -> ModelOps.residual(tape, in[0], in[0]), a);
        GradientCheck.check((tape, in) -> ModelOps.residual(tape, tape.ops().rows(in[0], 0, 5), in[0]), a);
    }

    @Test
    void operationsOnTwoTensorsWantTheSameShape() {
        try (Tape tape = GradientCheck.ENGINE.tape(false, false, 1)) {
            Tensor a = Given.normal(1, 3, 4).constantOn(tape);
            Tensor b = Given.normal(1, 3, 5).constantOn(tape);
            assertThatThrownBy(() -> ModelOps.swiglu(tape, a, b)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ModelOps.residual(tape, a, b)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ModelOps.crossEntropy(tape, a, new int[] {0, 1, 4}, 1f, new double[1]))
                    .isInstanceOf(PeftException.class);
        }
    }

    @Test
    void crossEntropy() {
        for (int rows : new int[] {4, 310}) {
            Given logits = Given.normal(12, 2.0, rows, 111);
            int[] targets = new int[rows];
            Arrays.setAll(targets, i -> (i * 37) % 111);
            double exact = crossEntropy(logits, targets);
            float[] y = GradientCheck.check(
                    (tape, in) -> ModelOps.crossEntropy(tape, in[0], targets, 0.25f, new double[1]), logits);
            assertThat((double) y[0]).isCloseTo(0.25 * exact, within(1e-5 * exact));
            double[] total = {3.0};
            try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
                ModelOps.crossEntropy(tape, logits.on(tape), targets, 0.25f, total);
            }
            assertThat(total[0] - 3).isCloseTo(exact, within(1e-5 * exact));
        }
    }

    @Test
    void crossEntropyAsTheLossItselfNeedsNoMoreMemoryThanTheLogits() {
        Given logits = Given.normal(13, 6, 1000);
        int[] targets = {1, 2, 3, 4, 5, 999};
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            Tensor leaf = logits.on(tape);
            tape.backward(ModelOps.crossEntropy(tape, leaf, targets, 0.5f, new double[1]));
            assertThat(tape.peakBytes()).isLessThan(4 * 6000 + 1000);
            float[] expected = new float[6000];
            for (int r = 0; r < 6; r++) {
                double sum = 0;
                for (int c = 0; c < 1000; c++) {
                    sum += Math.exp(logits.values()[r * 1000 + c]);
                }
                for (int c = 0; c < 1000; c++) {
                    double p = Math.exp(logits.values()[r * 1000 + c]) / sum;
                    expected[r * 1000 + c] = (float) (0.5 * (p - (c == targets[r] ? 1 : 0)));
                }
            }
            GradientCheck.close("gradient", tape.gradientOf(leaf), expected, 1e-5);
        }
    }

    @Test
    void crossEntropyKeepsLogitsThatOthersNeed() {
        Given x = Given.normal(14, 3, 20);
        int[] targets = {0, 19, 7};
        GradientCheck.check(
                (tape, in) -> {
                    Tensor logits = tape.ops().scale(in[0], 2);
                    Tensor squares = tape.ops().sum(tape.ops().mul(logits, logits));
                    return tape.ops().add(squares, ModelOps.crossEntropy(tape, logits, targets, 1f, new double[1]));
                },
                x);
    }

    private static double crossEntropy(Given logits, int[] targets) {
        double total = 0;
        int cols = logits.cols();
        for (int r = 0; r < targets.length; r++) {
            double sum = 0;
            for (int c = 0; c < cols; c++) {
                sum += Math.exp(logits.values()[r * cols + c]);
            }
            total += Math.log(sum) - logits.values()[r * cols + targets[r]];
        }
        return total;
    }
}
