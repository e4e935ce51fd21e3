package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The last product of a part that is run again in the backward pass: left out where nobody looks, there where somebody does. */
class LastLinearTests {
    private static final Given X = Given.normal(1, 5, 6);
    private static final Given WEIGHT = Given.normal(2, 6, 6);
    private static final Given A = Given.normal(3, 2, 6);
    private static final Given B = Given.normal(4, 6, 2);

    /** What a layer ends in, from its input and the last product. */
    private interface End {
        Tensor of(Tape tape, Tensor stream, Tensor product, Tensor a, Tensor b);
    }

    private record Outcome(float[] x, float[] a, long products) {}

    private static Outcome run(boolean recomputed, End end) {
        KeptWeight kept = new KeptWeight(WEIGHT);
        FrozenMatrix weight = FrozenMatrix.encoded(kept);
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            Tensor x = X.on(tape);
            Tensor a = A.on(tape);
            Tensor b = B.constantOn(tape);
            UnaryOperator<Tensor> part = s -> {
                Tensor inner = tape.ops().silu(s);
                return end.of(tape, s, ModelOps.lastLinear(tape, inner, weight), a, b);
            };
            Tensor y = recomputed ? tape.recomputed(x, part) : tape.scope(() -> part.apply(x));
            tape.backward(tape.ops().sum(tape.ops().mul(y, y)));
            return new Outcome(
                    tape.gradientOf(x), tape.gradientOf(a), kept.decoded().get() / WEIGHT.values().length);
        }
    }

    private static void check(long products, End end) {
        Outcome kept = run(false, end);
        Outcome again = run(true, end);
        assertThat(again.x).isEqualTo(kept.x);
        assertThat(again.a).isEqualTo(kept.a);
        assertThat(kept.products).isEqualTo(2);
        assertThat(again.products).isEqualTo(products);
    }

    @Test
    void notMadeAgainIntoTheResidualStream() {
        check(2, (tape, stream, product, a, b) -> ModelOps.residual(tape, stream, product));
    }

    @Test
    void notMadeAgainUnderALowRankUpdate() {
        check(2, (tape, stream, product, a, b) -> {
            Tensor sum = tape.ops().addLowRank(product, stream, a, b, 0.5);
            return ModelOps.residual(tape, stream, sum);
        });
    }

    @Test
    void madeWhereAnOperationLooksAtIt() {
        check(3, (tape, stream, product, a, b) -> {
            Tensor gated = tape.ops().mul(product, tape.ops().sigmoid(stream));
            return ModelOps.residual(tape, stream, gated);
        });
    }

    @Test
    void madeWhereAnOperationLooksAtWhatItWasAddedTo() {
        check(3, (tape, stream, product, a, b) -> {
            Tensor sum = tape.ops().addLowRank(product, stream, a, b, 0.5);
            Tensor residual = ModelOps.residual(tape, stream, sum);
            return tape.ops().mul(residual, tape.ops().sigmoid(stream));
        });
    }

    @Test
    void madeUnderAView() {
        check(3, (tape, stream, product, a, b) -> {
            Tensor half = tape.ops().rows(product, 1, 4);
            return tape.ops().mul(half, tape.ops().rows(stream, 0, 3));
        });
    }
}
