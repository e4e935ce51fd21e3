package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept, or passed on, in bfloat16 between products that round it anyway is as good as fp32 there. */
class HalvedTests {
    private static final int TOKENS = 70;
    private static final int HIDDEN = 48;
    private static final int WIDE = 304;

    private final Given input = Given.normal(7, TOKENS, HIDDEN);
    private final Given outGradient = Given.normal(8, TOKENS, HIDDEN);

    private static FrozenMatrix weight(boolean half, long seed, int rows, int cols) {
        Given g = Given.normal(seed, 1 / Math.sqrt(cols), rows, cols);
        return half
                ? HalfMatrixTests.rounded(g.values(), rows, cols)
                : FrozenMatrix.dense(OffHeap.of(g.values()), rows, cols);
    }

    /** A gated layer, its weights in bfloat16 or fp32. */
    private record Mlp(Tape tape, boolean half) {
        Tensor gate(Tensor x) {
            return ModelOps.linear(tape, x, weight(half, 1, WIDE, HIDDEN));
        }

        Tensor up(Tensor x) {
            return ModelOps.linear(tape, x, weight(half, 2, WIDE, HIDDEN));
        }

        Tensor down(Tensor x) {
            return ModelOps.linear(tape, x, weight(half, 3, HIDDEN, WIDE));
        }

        Tensor normed(Tensor x) {
            float[] ones = new float[HIDDEN];
            java.util.Arrays.fill(ones, 1f);
            return tape.ops().rmsNorm(x, tape.leaf(ones, false, HIDDEN), 1e-5);
        }
    }

    /** The result and the input's gradient. */
    private float[][] run(boolean half, BiFunction<Mlp, Tensor, Tensor> body) {
        try (Engine engine = Engine.create(2);
                Tape tape = engine.tape(true, true, 0)) {
            Tensor x = input.on(tape);
            Tensor y = tape.scope(() -> body.apply(new Mlp(tape, half), x));
            float[] values = y.toArray();
            tape.backward(tape.ops().sum(tape.ops().mul(y, outGradient.constantOn(tape))));
            return new float[][] {values, tape.gradientOf(x)};
        }
    }

    private void assertClose(BiFunction<Mlp, Tensor, Tensor> body) {
        float[][] exact = run(false, body);
        float[][] rounded = run(true, body);
        for (int i = 0; i < 2; i++) {
            assertThat(distance(rounded[i], exact[i]))
                    .as(i == 0 ? "result" : "gradient")
                    .isBetween(1e-5, 0.012);
        }
    }

    /** The root of the mean square of the differences, by that of the values. */
    private static double distance(float[] a, float[] b) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < a.length; i++) {
            difference += Math.pow(a[i] - b[i], 2);
            size += Math.pow(b[i], 2);
        }
        return Math.sqrt(difference / size);
    }

    @Test
    void gatedLayer() {
        assertClose((mlp, x) -> {
            Tensor normed = mlp.normed(x);
            return mlp.down(ModelOps.swiglu(mlp.tape, mlp.gate(normed), mlp.up(normed)));
        });
    }

    /** Two gated layers with residuals around them; {@code recomputed} as with gradient checkpointing. */
    private static Tensor residualLayers(Mlp mlp, Tensor x, boolean recomputed) {
        Tape tape = mlp.tape;
        UnaryOperator<Tensor> layer = in -> {
            Tensor normed = mlp.normed(in);
            Tensor gate = ModelOps.linearIntoGate(tape, normed, weight(mlp.half, 1, WIDE, HIDDEN));
            Tensor up = ModelOps.linearIntoGate(tape, normed, weight(mlp.half, 2, WIDE, HIDDEN));
            return ModelOps.residual(tape, in, mlp.down(ModelOps.swiglu(tape, gate, up)));
        };
        Tensor stream = x;
        for (int i = 0; i < 3; i++) {
            Tensor in = stream;
            stream = recomputed ? tape.recomputed(in, layer) : tape.scope(() -> layer.apply(in));
            tape.close(in);
        }
        return mlp.normed(stream);
    }

    @Test
    void residualsAreKeptInHalvesForGradients() {
        assertClose((mlp, x) -> residualLayers(mlp, x, false));
    }

    @Test
    void layersThatAreRunAgainSeeTheSameResiduals() {
        float[][] kept = run(true, (mlp, x) -> residualLayers(mlp, x, false));
        float[][] again = run(true, (mlp, x) -> residualLayers(mlp, x, true));
        assertThat(again[0]).isEqualTo(kept[0]);
        assertThat(again[1]).isEqualTo(kept[1]);
    }

    @Test
    void attentionsInputsAreMadeAgainForItsGradient() {
        Given text = Given.normal(9, 160, HIDDEN);
        Given outward = Given.normal(10, 160, HIDDEN);
        Attention.Heads heads = new Attention.Heads(4, 2, HIDDEN / 4, Attention.CAUSAL);
        float[][] gradients = new float[2][];
        for (boolean half : new boolean[] {false, true}) {
            try (Engine engine = Engine.create(2);
                    Tape tape = engine.tape(true, true, 0)) {
                Tensor x = text.on(tape);
                Tensor y = tape.scope(() -> {
                    Tensor q = ModelOps.linear(tape, x, weight(half, 4, HIDDEN, HIDDEN));
                    Tensor k = ModelOps.linear(tape, x, weight(half, 5, HIDDEN / 2, HIDDEN));
                    Tensor v = ModelOps.linear(tape, x, weight(half, 6, HIDDEN / 2, HIDDEN));
                    return Attention.causal(tape, q, k, v, new int[] {0, 160}, 0, List.of(), heads);
                });
                for (int i = 0; i < 3; i++) { // takes the memory that was given back
                    tape.take(y.size()).fill(Float.NaN);
                }
                tape.backward(tape.ops().sum(tape.ops().mul(y, outward.constantOn(tape))));
                gradients[half ? 1 : 0] = tape.gradientOf(x);
            }
        }
        assertThat(distance(gradients[1], gradients[0])).isBetween(1e-5, 0.02);
    }

    @Test
    void aResidualThatIsLookedAtByAViewStaysAsItIs() {
        assertClose((mlp, x) -> {
            Tensor sum = ModelOps.residual(mlp.tape, x, mlp.down(mlp.gate(x)));
            Tensor view = mlp.tape.ops().reshape(sum, TOKENS, HIDDEN);
            Tensor normed = mlp.normed(sum);
            mlp.tape.close(sum);
            mlp.tape.leaf(new float[TOKENS * HIDDEN], false, TOKENS, HIDDEN); // takes what was given back
            return mlp.tape.ops().mul(normed, view);
        });
    }

    @Test
    void gatedLayerWhoseInputsAreKeptInHalves() {
        assertClose((mlp, x) -> {
            Tensor normed = mlp.normed(x);
            Tensor gate = ModelOps.linearIntoGate(mlp.tape, normed, weight(mlp.half, 1, WIDE, HIDDEN));
            Tensor up = ModelOps.linearIntoGate(mlp.tape, normed, weight(mlp.half, 2, WIDE, HIDDEN));
            assertThat(gate.halved).isEqualTo(mlp.half);
            return mlp.down(ModelOps.swiglu(mlp.tape, gate, up));
        });
    }

    @Test
    void whatTheGatedLayerGivesMayBeReadByAnyOperation() {
        assertClose((mlp, x) -> {
            Tensor inner = ModelOps.swiglu(mlp.tape, mlp.gate(x), mlp.up(x));
            Tensor scaled = mlp.tape.ops().scale(inner, 2.0);
            return mlp.down(mlp.tape.ops().add(inner, scaled));
        });
    }

    @Test
    void othersMayAddToTheGradientOfAProduct() {
        assertClose((mlp, x) -> {
            Tensor gate = mlp.gate(x);
            Tensor up = mlp.up(x);
            Tensor inner = ModelOps.swiglu(mlp.tape, gate, up);
            Tensor more = mlp.tape.ops().mul(gate, up); // its gradients arrive first
            return mlp.down(mlp.tape.ops().add(inner, more));
        });
        assertClose((mlp, x) -> {
            Tensor gate = mlp.gate(x);
            Tensor up = mlp.up(x);
            Tensor more = mlp.tape.ops().mul(gate, up); // its gradients arrive last
            return mlp.down(mlp.tape.ops().add(ModelOps.swiglu(mlp.tape, gate, up), more));
        });
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.0, 0.25})
    void crossEntropyBehindAHalvedHead(double factor) {
        int[] targets = new int[TOKENS];
        for (int i = 0; i < TOKENS; i++) {
            targets[i] = 5 * i % WIDE;
        }
        float[][] gradients = new float[2][];
        for (int half = 0; half < 2; half++) {
            try (Engine engine = Engine.create(2);
                    Tape tape = engine.tape(true, true, 0)) {
                Tensor x = input.on(tape);
                Tensor logits = new Mlp(tape, half == 1).gate(x);
                double[] total = new double[1];
                Tensor loss = ModelOps.crossEntropy(tape, logits, targets, 1f / TOKENS, total);
                assertThat(total[0] / TOKENS).isBetween(5.0, 7.5);
                tape.backward(factor == 1.0 ? loss : tape.ops().scale(loss, factor));
                gradients[half] = tape.gradientOf(x);
            }
        }
        assertThat(distance(gradients[1], gradients[0])).isBetween(1e-5, 0.012);
    }

    @Test
    void memoryOfWhatWasRoundedIsGivenBack() {
        try (Engine engine = Engine.create(2);
                Tape tape = engine.tape(true, true, 0)) {
            Tensor x = input.on(tape);
            long before = tape.arena().bytesInUse();
            Tensor y = tape.scope(() -> {
                Mlp mlp = new Mlp(tape, true);
                Tensor normed = mlp.normed(x);
                Tensor gate = ModelOps.linearIntoGate(tape, normed, weight(true, 1, WIDE, HIDDEN));
                return mlp.down(ModelOps.swiglu(tape, gate, mlp.up(normed)));
            });
            Tensor loss = tape.scope(() -> tape.ops().sum(y));
            tape.close(y);
            tape.backward(loss);
            tape.close(loss);
            long gradient = 4L * TOKENS * HIDDEN;
            assertThat(tape.arena().bytesInUse() - before).isEqualTo(gradient);
        }
    }

    @Test
    void productsOfFewRowsSplitByColumnsAreTheSame() {
        FrozenMatrix wide = weight(true, 4, 1100, HIDDEN);
        float[] expected;
        try (Engine engine = Engine.create(1);
                Tape tape = engine.tape(false, false, 0)) {
            expected = product(tape, wide);
        }
        try (Engine engine = Engine.create(2);
                Tape tape = engine.tape(false, false, 0)) {
            assertThat(product(tape, wide)).isEqualTo(expected);
        }
    }

    private float[] product(Tape tape, FrozenMatrix wide) {
        Tensor y = tape.fresh(false, TOKENS, 1100);
        Buf half = tape.take(FrozenProducts.halfLength(TOKENS, HIDDEN));
        tape.frozenProducts().round(TOKENS, Products.mat(input.on(tape)), HIDDEN, half.address);
        FrozenProducts.Result into = FrozenProducts.Result.of(Products.mat(y), 0f);
        wide.forward(tape, TOKENS, FrozenProducts.Rounded.of(half, HIDDEN), into);
        return y.toArray();
    }
}
