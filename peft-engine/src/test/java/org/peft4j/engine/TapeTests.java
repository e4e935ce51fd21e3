package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.peft4j.api.Init;
import org.peft4j.api.ParamSpec;

class TapeTests {
    private static final Given X = Given.normal(1, 5, 6);
    private static final Given Z = Given.normal(2, 5, 6);

    @Test
    void sumsThatShareAGradientStayApart() {
        GradientCheck.check(
                (tape, in) -> {
                    TapeOps ops = tape.ops();
                    Tensor sum = ops.add(in[0], in[1]); // passes one gradient on to both
                    Tensor again = ops.mul(in[0], sum); // and here the first gets more
                    return ops.add(ops.add(sum, again), ops.add(sum, sum));
                },
                X,
                Z);
    }

    @Test
    void residualChainWithBranches() {
        GradientCheck.check(
                (tape, in) -> {
                    TapeOps ops = tape.ops();
                    Tensor stream = in[0];
                    for (int layer = 0; layer < 3; layer++) {
                        Tensor normed = ops.rmsNorm(stream, ops.constant(ones(6), 6), 1e-3);
                        Tensor branch = ops.mul(ops.sigmoid(normed), ops.add(normed, in[1]));
                        stream = ModelOps.residual(tape, stream, branch);
                        stream = ModelOps.residual(tape, stream, ops.silu(stream));
                    }
                    return stream;
                },
                X,
                Z);
    }

    @Test
    void anUnchangedTensorThroughSumAndDifference() {
        GradientCheck.check(
                (tape, in) -> {
                    TapeOps ops = tape.ops();
                    Tensor a = ops.scale(in[0], 3);
                    Tensor b = ops.add(a, ops.constant(ones(6), 6));
                    Tensor c = ops.sub(a, b);
                    return ops.mul(ops.add(b, c), ops.add(a, in[1]));
                },
                X,
                Z);
    }

    @Test
    void theSameInsideScopesAsWithout() {
        float[] without = gradientOfChain(false);
        float[] within = gradientOfChain(true);
        assertThat(within).isEqualTo(without);
    }

    private static float[] gradientOfChain(boolean scoped) {
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 3)) {
            TapeOps ops = tape.ops();
            Tensor x = X.on(tape);
            Tensor z = Z.constantOn(tape);
            Tensor stream = x;
            for (int layer = 0; layer < 4; layer++) {
                Tensor before = stream;
                stream = scoped ? tape.scope(() -> layer(tape, before, z)) : layer(tape, before, z);
            }
            // Takes whatever memory was given back too early.
            ops.constant(new float[4096], 4096);
            tape.backward(ops.sum(ops.mul(stream, stream)));
            return tape.gradientOf(x);
        }
    }

    private static Tensor layer(Tape tape, Tensor stream, Tensor z) {
        TapeOps ops = tape.ops();
        Tensor inner = tape.scope(() -> {
            Tensor squared = ops.mul(stream, stream);
            return ops.reshape(ops.softmax(ops.add(squared, z)), 6, 5);
        });
        Tensor back = ops.reshape(inner, 5, 6);
        return ModelOps.residual(tape, stream, ops.dropout(ops.mul(back, stream), 0.2));
    }

    @Test
    void recomputedPartsGiveTheSameBitsAndHoldLess() {
        long[] bytes = new long[2];
        float[] kept = gradientOfParts(false, bytes);
        float[] again = gradientOfParts(true, bytes);
        assertThat(again).isEqualTo(kept);
        assertThat(bytes[1]).isLessThan(bytes[0] * 2 / 3);
    }

    private static float[] gradientOfParts(boolean recomputed, long[] bytes) {
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 3)) {
            TapeOps ops = tape.ops();
            Tensor x = X.on(tape);
            Tensor z = Z.constantOn(tape);
            Tensor stream = x;
            for (int part = 0; part < 6; part++) {
                Tensor before = stream;
                stream = recomputed
                        ? tape.recomputed(before, s -> layer(tape, s, z))
                        : tape.scope(() -> layer(tape, before, z));
                tape.close(before);
            }
            Tensor loss = ops.sum(ops.mul(stream, stream));
            bytes[recomputed ? 1 : 0] = tape.arena().bytesInUse();
            tape.backward(loss);
            return tape.gradientOf(x);
        }
    }

    @Test
    void aNormWhoseValueWasDroppedGivesTheSameGradients() {
        float[] kept = gradientBehindNorm(false);
        float[] dropped = gradientBehindNorm(true);
        assertThat(dropped).isEqualTo(kept).doesNotContain(Float.NaN);
    }

    private static float[] gradientBehindNorm(boolean scoped) {
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 3)) {
            TapeOps ops = tape.ops();
            Tensor x = X.on(tape);
            Tensor weight = ops.constant(filled(6, 0.7f), 6);
            Tensor normed = ops.rmsNorm(x, weight, 1e-3);
            Tensor y = ops.mul(ops.silu(normed), ops.mul(normed, x));
            long held = tape.arena().bytesInUse();
            if (scoped) {
                tape.close(normed);
                assertThat(tape.arena().bytesInUse()).isLessThan(held);
                ops.constant(filled(4096, 9f), 4096); // takes what was given back
            }
            tape.backward(ops.sum(y));
            return tape.gradientOf(x);
        }
    }

    @Test
    void aNormThatAViewLooksAtStays() {
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 3)) {
            TapeOps ops = tape.ops();
            Tensor normed = ops.rmsNorm(X.on(tape), ops.constant(ones(6), 6), 1e-3);
            float[] values = normed.toArray();
            Tensor view = ops.rows(normed, 0, 5);
            Tensor y = ops.mul(view, view);
            tape.close(normed);
            ops.constant(filled(4096, 9f), 4096);
            assertThat(view.toArray()).isEqualTo(values);
            tape.backward(ops.sum(y));
        }
    }

    @Test
    void aRecomputedPartMayWriteInPlaceOrReturnAView() {
        GradientCheck.check(
                (tape, in) -> {
                    TapeOps ops = tape.ops();
                    Tensor inPlace = tape.recomputed(in[0], x -> ModelOps.residual(tape, in[1], ops.scale(x, 2)));
                    Tensor self = tape.recomputed(inPlace, x -> ModelOps.residual(tape, ops.mul(x, x), x));
                    Tensor view = tape.recomputed(self, x -> ops.rows(ops.silu(x), 1, 4));
                    Tensor plainView = tape.recomputed(view, x -> ops.rows(x, 0, 2));
                    return ops.add(plainView, ops.rows(in[0], 3, 5));
                },
                X,
                Z);
    }

    @Test
    void aRecomputedPartThatNeedsNoGradientIsNotRunAgain() {
        int[] runs = new int[1];
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            TapeOps ops = tape.ops();
            Tensor frozen = tape.recomputed(X.constantOn(tape), x -> {
                runs[0]++;
                return ops.silu(x);
            });
            assertThat(frozen.needsGradient).isFalse();
            tape.backward(ops.sum(ops.mul(frozen, Z.on(tape))));
        }
        assertThat(runs[0]).isEqualTo(1);
    }

    @Test
    void nothingIsRecordedBelowTheFirstTensorThatWantsAGradient() {
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            TapeOps ops = tape.ops();
            Tensor frozen = ops.mul(X.constantOn(tape), Z.constantOn(tape));
            assertThat(frozen.needsGradient).isFalse();
            Tensor leaf = X.on(tape);
            assertThat(ops.mul(frozen, leaf).needsGradient).isTrue();
            assertThat(ops.mul(ops.detach(leaf), frozen).needsGradient).isFalse();
            assertThat(tape.gradientOf(leaf)).containsOnly(0f);
        }
        try (Tape tape = GradientCheck.ENGINE.tape(false, true, 1)) {
            assertThat(tape.ops().scale(X.on(tape), 2).needsGradient).isFalse();
        }
    }

    @Test
    void gradientsOfParametersAddUpOverRuns() {
        ParameterSet set = new ParameterSet(GradientCheck.ENGINE, 1);
        EngineParam p = set.add("p", ParamSpec.of("p", new Init.Ones(), 5, 6));
        set.allocate();
        for (int run = 0; run < 3; run++) {
            try (Tape tape = GradientCheck.ENGINE.tape(true, true, run)) {
                Tensor y = tape.ops().add(tape.ops().mul(p, X.constantOn(tape)), p);
                tape.backward(tape.ops().sum(y));
            }
        }
        float[] g = p.gradientArray();
        for (int i = 0; i < g.length; i++) {
            assertThat(g[i]).isCloseTo(3 * (1 + X.values()[i]), org.assertj.core.data.Offset.offset(1e-5f));
        }
    }

    @Test
    void aChildsGradientsSurviveIt() {
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            Tensor x = X.on(tape);
            Tensor y = Z.on(tape);
            try (Tape child = tape.child()) {
                TapeOps ops = child.ops();
                child.backward(ops.sum(ops.mul(ops.add(x, y), ops.constant(filled(30, 3f), 5, 6))));
            }
            try (Tape child = tape.child()) {
                child.ops().constant(filled(4096, 9f), 4096);
                assertThat(tape.gradientOf(x)).containsOnly(3f);
                assertThat(tape.gradientOf(y)).containsOnly(3f);
            }
        }
    }

    @Test
    void childrenDrawRandomNumbersOfTheirOwn() {
        try (Tape tape = GradientCheck.ENGINE.tape(false, true, 1);
                Tape first = tape.child();
                Tape second = tape.child()) {
            float[] a = first.ops().dropout(X.constantOn(first), 0.5).toArray();
            float[] b = second.ops().dropout(X.constantOn(second), 0.5).toArray();
            assertThat(a).isNotEqualTo(b);
        }
    }

    @Test
    void aTensorIsGoneWithItsRun() {
        Tape tape = GradientCheck.ENGINE.tape(true, true, 1);
        Tensor x = X.on(tape);
        tape.close();
        tape.close();
        assertThatThrownBy(x::toArray)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no longer there");
        // Closing twice must not hand the same memory to two runs.
        try (Tape one = GradientCheck.ENGINE.tape(true, true, 1);
                Tape two = GradientCheck.ENGINE.tape(true, true, 1)) {
            Tensor a = X.on(one);
            Z.on(two);
            assertThat(a.toArray()).isEqualTo(X.values());
        }
    }

    private static float[] ones(int n) {
        return filled(n, 1f);
    }

    private static float[] filled(int n, float value) {
        float[] all = new float[n];
        java.util.Arrays.fill(all, value);
        return all;
    }
}
