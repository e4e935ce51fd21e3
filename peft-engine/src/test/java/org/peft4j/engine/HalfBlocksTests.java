package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention whose inputs are results of bfloat16 products. */
class HalfBlocksTests {
    /** Rounding to eight bits of precision is off by up to 2^-9, a product of two by twice that; sums average it out. */
    private static final double TOLERANCE = 0.01;

    private record Outcome(float[] value, float[] q, float[] k, float[] v) {}

    private static Outcome attention(boolean coarse, int heads, int kvHeads, int dim, int... starts) {
        int tokens = starts[starts.length - 1];
        Given q = Given.normal(1, tokens, (long) heads * dim);
        Given k = Given.normal(2, tokens, (long) kvHeads * dim);
        Given v = Given.normal(3, tokens, (long) kvHeads * dim);
        Given weights = Given.normal(4, tokens, (long) heads * dim);
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            Tensor[] in = {q.on(tape), k.on(tape), v.on(tape)};
            for (Tensor t : in) {
                t.coarse = coarse;
            }
            Attention.Heads shape = new Attention.Heads(heads, kvHeads, dim, Attention.CAUSAL);
            Tensor y = Attention.causal(tape, in[0], in[1], in[2], starts, 0, List.of(), shape);
            float[] value = y.toArray();
            tape.backward(tape.ops().sum(tape.ops().mul(y, weights.constantOn(tape))));
            return new Outcome(value, tape.gradientOf(in[0]), tape.gradientOf(in[1]), tape.gradientOf(in[2]));
        }
    }

    @ParameterizedTest
    @CsvSource({"9, 3, 64, 256", "4, 4, 32, 192", "8, 2, 16, 161"})
    void roundedProductsAreNearExactOnes(int heads, int kvHeads, int dim, int length) {
        Assumptions.assumeTrue(OneDnn.fastHalf(), "this processor has no bfloat16 products");
        int[] starts = {0, length, length + 40, 2 * length + 40};

        Outcome exact = attention(false, heads, kvHeads, dim, starts);
        Outcome rounded = attention(true, heads, kvHeads, dim, starts);

        assertThat(rounded.value).isNotEqualTo(exact.value);
        assertThat(distance(rounded.value, exact.value)).isLessThan(TOLERANCE);
        assertThat(distance(rounded.q, exact.q)).isLessThan(TOLERANCE);
        assertThat(distance(rounded.k, exact.k)).isLessThan(TOLERANCE);
        assertThat(distance(rounded.v, exact.v)).isLessThan(TOLERANCE);
    }

    @Test
    void equalRunsGiveEqualBits() {
        Outcome one = attention(true, 9, 3, 64, 0, 256, 512);
        Outcome two = attention(true, 9, 3, 64, 0, 256, 512);

        assertThat(two.value).isEqualTo(one.value);
        assertThat(two.q).isEqualTo(one.q);
        assertThat(two.k).isEqualTo(one.k);
        assertThat(two.v).isEqualTo(one.v);
    }

    /** The length of the difference, relative to that of what is expected. */
    private static double distance(float[] found, float[] expected) {
        double difference = 0;
        double length = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow((double) found[i] - expected[i], 2);
            length += Math.pow(expected[i], 2);
        }
        return Math.sqrt(difference / length);
    }
}
