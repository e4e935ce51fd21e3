package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A weight in bfloat16 memory that is multiplied in fp32 gives what its fp32 copy gives. */
class WidenedMatrixTests {
    private static final double TOLERANCE = 2e-5;

    /** The numbers of a weight that bfloat16 holds exactly, in fp32 memory and in bfloat16 memory. */
    private record Twice(FrozenMatrix dense, FrozenMatrix widened, KeptWeight decoded) {
        static Twice of(int rows, int cols) {
            float[] values = Given.normal(1, 0.5, rows, cols).values();
            ByteBuffer bytes = ByteBuffer.allocateDirect(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < values.length; i++) {
                int upper = Float.floatToRawIntBits(values[i]) >>> 16;
                bytes.putShort((short) upper);
                values[i] = Float.intBitsToFloat(upper << 16);
            }
            KeptWeight kept = new KeptWeight(new Given(values, rows, cols));
            FrozenMatrix dense = FrozenMatrix.dense(OffHeap.of(values), rows, cols);
            return new Twice(dense, FrozenMatrix.widened(bytes.flip(), kept), kept);
        }
    }

    /** The product twice, and the input's gradient of both weighted sums: the second one is added to the first. */
    private static float[][] products(Engine engine, FrozenMatrix w, int tokens) {
        try (Tape tape = engine.tape(true, true, 0)) {
            Tensor x = Given.normal(2, tokens, w.cols()).on(tape);
            Tensor g = Given.normal(3, tokens, w.rows()).constantOn(tape);
            Tensor h = Given.normal(4, tokens, w.rows()).constantOn(tape);
            Tensor first = ModelOps.linear(tape, x, w);
            Tensor second = ModelOps.linear(tape, x, w);
            float[] value = second.toArray();
            Tensor sum = tape.ops().add(tape.ops().mul(first, g), tape.ops().mul(second, h));
            tape.backward(tape.ops().sum(sum));
            return new float[][] {value, x.gradient.buf.toArray()};
        }
    }

    @ParameterizedTest
    @CsvSource({
        "20, 600, 96", // few rows, a weight that is read by tiles
        "33, 600, 96",
        "127, 600, 96", // no power of two
        "300, 600, 96",
        "777, 600, 96", // more than a kernel's rows for each thread
        "1024, 600, 96",
        "530, 96, 600", // the sum is the longer side
        "150, 1100, 64", // columns are split among threads, the last part of an odd width
        "300, 600, 520", // ... in the backward pass, too
        "60, 20, 30" // small: never compiled for
    })
    void productsAndGradientsAreThoseOfTheFp32Copy(int tokens, int rows, int cols) {
        Twice weight = Twice.of(rows, cols);
        for (int threads = 1; threads <= 3; threads++) {
            try (Engine engine = Engine.create(threads)) {
                float[][] expected = products(engine, weight.dense, tokens);
                float[][] got = products(engine, weight.widened, tokens);
                GradientCheck.close("product", got[0], expected[0], TOLERANCE);
                GradientCheck.close("gradient", got[1], expected[1], TOLERANCE);
                assertThat(Arrays.deepEquals(products(engine, weight.widened, tokens), got))
                        .as("equal runs give equal bits")
                        .isTrue();
            }
        }
    }

    @Test
    void noCopyInFp32IsMade() {
        Twice weight = Twice.of(600, 96);
        assertThat(weight.widened.bytes()).isEqualTo(weight.decoded.bytes());
        if (OneDnn.fastSingle()) {
            products(GradientCheck.ENGINE, weight.widened, 100);
            assertThat(weight.decoded.decoded()).hasValue(0);
        }
        float[] row = new float[96];
        float[] expected = new float[96];
        weight.widened.read(599, 1, row, 0);
        weight.dense.read(599, 1, expected, 0);
        assertThat(row).containsExactly(expected);
    }
}
