package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peft4j.api.MatrixSource;

class HalfMatrixTests {
    private static final int IN = 72;
    private static final int OUT = 41;

    private final float[] weight = Given.normal(1, OUT, IN).values();

    static FrozenMatrix rounded(float[] values, int rows, int cols) {
        return FrozenMatrix.rounded(new MatrixSource() {
            @Override
            public long rows() {
                return rows;
            }

            @Override
            public long cols() {
                return cols;
            }

            @Override
            public void read(long firstRow, int rowCount, float[] into, int offset) {
                System.arraycopy(values, Math.toIntExact(firstRow) * cols, into, offset, rowCount * cols);
            }
        });
    }

    private static float[] all(FrozenMatrix m) {
        float[] values = new float[m.rows() * m.cols()];
        m.read(0, m.rows(), values, 0);
        return values;
    }

    @Test
    void roundsToTheNearestAndTiesToEven() {
        float one = 1f;
        float step = 1f / 128; // of bfloat16 between 1 and 2
        float[] given = {one + 0.4f * step, one + 0.6f * step, one + 0.5f * step, one + 1.5f * step, -3.001f, 0f};
        assertThat(all(rounded(given, 2, 3))).containsExactly(one, one + step, one, one + 2 * step, -3f, 0f);
        float[] odd = {Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -0f, Float.POSITIVE_INFINITY, 2f};
        assertThat(all(rounded(odd, 2, 3))[0]).isNaN();
        assertThat(all(rounded(odd, 2, 3))).endsWith(Float.NEGATIVE_INFINITY, 0f, -0f, Float.POSITIVE_INFINITY, 2f);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 64, 333})
    void productsAreThoseOfTheRoundedFactors(int tokens) {
        FrozenMatrix half = rounded(weight, OUT, IN);
        float[] w = all(half);
        float[] x = Given.normal(2, tokens, IN).values();
        float[] g = Given.normal(3, tokens, OUT).values();
        try (Engine engine = Engine.create(2);
                Tape tape = engine.tape(true, true, 0)) {
            Tensor input = tape.leaf(x, true, tokens, IN);
            Tensor y = ModelOps.linear(tape, input, half);
            tape.backward(tape.ops().sum(tape.ops().mul(y, tape.leaf(g, false, tokens, OUT))));
            float[] rx = all(rounded(x, tokens, IN));
            float[] rg = all(rounded(g, tokens, OUT));
            check(y.toArray(), rx, w, tokens, IN, OUT, true);
            check(input.gradient.buf.toArray(), rg, w, tokens, OUT, IN, false);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 32, 33})
    void inGenerationTheProductsAreTheSame(int tokens) {
        // Wide enough for several panels, the last one of an odd width.
        int rows = 119;
        FrozenMatrix half = rounded(Given.normal(4, rows, IN).values(), rows, IN);
        float[] x = Given.normal(2, tokens, IN).values();
        for (int threads = 1; threads <= 3; threads++) {
            try (Engine engine = Engine.create(threads);
                    Tape tape = engine.generating()) {
                Tensor y = ModelOps.linear(tape, tape.leaf(x, false, tokens, IN), half);
                check(y.toArray(), all(rounded(x, tokens, IN)), all(half), tokens, IN, rows, true);
            }
        }
    }

    @Test
    void inGenerationAWeightIsThereTwice() {
        FrozenMatrix half = rounded(weight, OUT, IN);
        try (Engine engine = Engine.create(2)) {
            try (Tape tape = engine.tape(false, false, 0)) {
                ModelOps.linear(tape, tape.leaf(new float[IN], false, 1, IN), half);
                assertThat(half.bytes()).isEqualTo(2L * OUT * IN);
            }
            try (Tape tape = engine.generating()) {
                ModelOps.linear(tape, tape.leaf(new float[IN], false, 1, IN), half);
                assertThat(half.bytes()).isGreaterThanOrEqualTo(4L * OUT * IN);
                assertThat(half.storedBytes()).isEqualTo(2L * OUT * IN);
            }
        }
    }

    private static void check(float[] got, float[] x, float[] w, int m, int k, int n, boolean transposed) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int l = 0; l < k; l++) {
                    sum += (double) x[i * k + l] * (transposed ? w[j * k + l] : w[l * n + j]);
                }
                assertThat((double) got[i * n + j]).isCloseTo(sum, within(1e-4));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 37})
    void anEncodedWeightIsMultipliedInTilesAsTheRoundedOneIs(int tokens) {
        int out = (1 << 20) / IN + 900; // more than a tile
        Given many = Given.normal(5, out, IN);
        try (Engine engine = Engine.create(2)) {
            float[][] whole = products(engine, rounded(many.values(), out, IN), tokens);
            float[][] tiled = products(engine, FrozenMatrix.encoded(new KeptWeight(many), Precision.BF16), tokens);
            GradientCheck.close("product", tiled[0], whole[0], 1e-5);
            GradientCheck.close("gradient", tiled[1], whole[1], 1e-5);
        }
    }

    /** The product with some input, and the input's gradient of the product's weighted sum. */
    private static float[][] products(Engine engine, FrozenMatrix w, int tokens) {
        try (Tape tape = engine.tape(true, true, 0)) {
            Tensor x = tape.leaf(Given.normal(2, tokens, w.cols()).values(), true, tokens, w.cols());
            Tensor y = ModelOps.linear(tape, x, w);
            Tensor g = tape.leaf(Given.normal(3, tokens, w.rows()).values(), false, tokens, w.rows());
            tape.backward(tape.ops().sum(tape.ops().mul(y, g)));
            return new float[][] {y.toArray(), x.gradient.buf.toArray()};
        }
    }

    @Test
    void gatedFeedForwardKeepsItsInputsInHalfTheMemory() {
        int tokens = 200;
        int wide = 512;
        float[] gate = Given.normal(6, 0.2, wide, IN).values();
        float[] up = Given.normal(7, 0.2, wide, IN).values();
        try (Engine engine = Engine.create(2)) {
            float[][] whole = feedForward(
                    engine,
                    FrozenMatrix.dense(OffHeap.of(gate), wide, IN),
                    FrozenMatrix.dense(OffHeap.of(up), wide, IN),
                    tokens);
            float[][] half = feedForward(engine, rounded(gate, wide, IN), rounded(up, wide, IN), tokens);
            GradientCheck.close("value", half[0], whole[0], 0.03);
            GradientCheck.close("gradient", half[1], whole[1], 0.03);
            assertThat(half[2][0]).isLessThan(whole[2][0] - tokens * wide * 4f * 0.9f);
        }
    }

    /** Values, the input's gradient, and the bytes held between forward and backward. */
    private static float[][] feedForward(Engine engine, FrozenMatrix gate, FrozenMatrix up, int tokens) {
        try (Tape tape = engine.tape(true, true, 0)) {
            Tensor x = tape.leaf(Given.normal(2, tokens, IN).values(), true, tokens, IN);
            Tensor y = tape.scope(
                    () -> ModelOps.swiglu(tape, ModelOps.linear(tape, x, gate), ModelOps.linear(tape, x, up)));
            float held = tape.arena().bytesInUse();
            Tensor g = tape.leaf(Given.normal(3, tokens, gate.rows()).values(), false, tokens, gate.rows());
            float[] values = y.toArray();
            tape.backward(tape.ops().sum(tape.ops().mul(y, g)));
            return new float[][] {values, x.gradient.buf.toArray(), {held}};
        }
    }

    @Test
    void mappedBytesAreUsedAsTheyAre() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(2 * OUT * IN).order(ByteOrder.LITTLE_ENDIAN);
        float[] expected = all(rounded(weight, OUT, IN));
        for (float v : expected) {
            bytes.putShort((short) (Float.floatToRawIntBits(v) >>> 16));
        }
        FrozenMatrix mapped = FrozenMatrix.half(bytes.flip(), OUT, IN);
        assertThat(all(mapped)).containsExactly(expected);
        assertThat(mapped.bytes()).isEqualTo(2L * OUT * IN);
    }

    @Test
    void autoKeepsSmallMatricesExact() {
        assertThat(Precision.AUTO.halves(64, 64)).isFalse();
        assertThat(Precision.AUTO.halves(576, 1536)).isEqualTo(OneDnn.fastHalf());
        assertThat(Precision.FP32.halves(4096, 4096)).isFalse();
        assertThat(Precision.BF16.halves(1, 1)).isTrue();
    }
}
