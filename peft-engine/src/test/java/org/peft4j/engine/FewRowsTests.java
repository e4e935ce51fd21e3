package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products of few rows go other ways than those of many; what they give is the same. */
class FewRowsTests {
    private static final int IN = 150;
    private static final int OUT = 451;

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 2", "2, 3", "32, 2", "33, 2"})
    void frozenWeights(int tokens, int threads) {
        Given weight = Given.normal(1, OUT, IN);
        float[] w = weight.values();
        float[] x = Given.normal(2, tokens, IN).values();
        float[] expected = new float[tokens * OUT];
        for (int i = 0; i < tokens; i++) {
            for (int j = 0; j < OUT; j++) {
                double sum = 0;
                for (int k = 0; k < IN; k++) {
                    sum += (double) x[i * IN + k] * w[j * IN + k];
                }
                expected[i * OUT + j] = (float) sum;
            }
        }
        try (Engine engine = Engine.create(threads);
                Tape tape = engine.tape(false, false, 0)) {
            Tensor input = tape.leaf(x, false, tokens, IN);
            FrozenMatrix dense = FrozenMatrix.dense(OffHeap.of(w), OUT, IN);
            GradientCheck.close("dense", ModelOps.linear(tape, input, dense).toArray(), expected, 1e-4);
            float[] encoded = ModelOps.linear(tape, input, FrozenMatrix.encoded(new KeptWeight(weight)))
                    .toArray();
            GradientCheck.close("encoded", encoded, expected, 1e-4);
        }
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void oneRowOfAnyLayout(boolean a, boolean b) {
        int n = 700;
        Given x = Given.normal(3, 1, IN);
        Given w = Given.normal(4, b ? n : IN, b ? IN : n);
        try (Engine engine = Engine.create(2);
                Tape tape = engine.tape(false, false, 0)) {
            // One row seen as a column is the same memory.
            Blas.Mat left = Products.mat(tape.leaf(x.values(), false, a ? IN : 1, a ? 1 : IN));
            Blas.Mat right = Products.mat(w.constantOn(tape));
            Tensor y = tape.leaf(Given.normal(5, n).values(), false, n);
            float[] before = y.toArray();
            tape.blas().gemm(1, n, IN, 2f, a ? left.t() : left, b ? right.t() : right, 1f, Products.mat(y));
            float[] expected = new float[n];
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int k = 0; k < IN; k++) {
                    sum += (double) x.values()[k] * w.values()[b ? j * IN + k : k * n + j];
                }
                expected[j] = (float) (2 * sum + before[j]);
            }
            GradientCheck.close("row", y.toArray(), expected, 1e-4);
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "2"})
    void equalRunsGiveEqualBits(int threads) {
        Given weight = Given.normal(1, OUT, IN);
        float[] w = weight.values();
        float[] x = Given.normal(2, 1, IN).values();
        float[][] twice = new float[2][];
        for (int i = 0; i < 2; i++) {
            try (Engine engine = Engine.create(threads);
                    Tape tape = engine.generating()) {
                FrozenMatrix dense = FrozenMatrix.dense(OffHeap.of(w), OUT, IN);
                twice[i] =
                        ModelOps.linear(tape, tape.leaf(x, false, 1, IN), dense).toArray();
            }
        }
        assertThat(Arrays.equals(twice[0], twice[1])).isTrue();
    }
}
