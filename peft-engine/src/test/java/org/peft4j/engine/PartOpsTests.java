package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.peft4j.api.Ops;

/** Changing a result part by part gives what changing each part by itself gives. */
class PartOpsTests {
    private static final int IN = 20;
    private static final int OUT = 30;
    private static final int[] STARTS = {0, 1, 4, 5, 9};

    private final Given x = Given.normal(1, 9, IN);
    private final Given y = Given.normal(2, 9, OUT);

    /** What one part's hook does. */
    private interface Hook {
        Tensor apply(int part, Tensor x, Tensor y, Ops ops, Tape tape);
    }

    private static Tensor lowRank(int seed, Tensor x, Tensor y, Ops ops, Tape tape) {
        int rank = 2 + seed % 3;
        Tensor a = Given.normal(10 + seed, rank, IN).constantOn(tape);
        Tensor b = Given.normal(20 + seed, OUT, rank).constantOn(tape);
        return (Tensor) ops.addLowRank(y, x, a, b, 0.5);
    }

    private void compare(Hook hook) {
        try (Tape tape = GradientCheck.ENGINE.tape(false, false, 0)) {
            Tensor input = x.constantOn(tape);
            Tensor joint = y.constantOn(tape);
            PartOps ops = new PartOps(tape, joint);
            float[] expected = new float[y.values().length];
            for (int p = 0; p + 1 < STARTS.length; p++) {
                int from = STARTS[p];
                int to = STARTS[p + 1];
                Tensor own =
                        tape.leaf(Arrays.copyOfRange(y.values(), from * OUT, to * OUT), false, to - (long) from, OUT);
                Tensor ownInput =
                        tape.leaf(Arrays.copyOfRange(x.values(), from * IN, to * IN), false, to - (long) from, IN);
                float[] alone = hook.apply(p, ownInput, own, tape.ops(), tape).toArray();
                System.arraycopy(alone, 0, expected, from * OUT, alone.length);
                ops.put(hook.apply(p, ops.part(input, from, to), ops.part(joint, from, to), ops, tape), from);
            }
            ops.flush();
            GradientCheck.close("parts", joint.toArray(), expected, 1e-5);
            assertThat(input.toArray()).isEqualTo(x.values());
        }
    }

    @Test
    void lowRankUpdatesOfEachPart() {
        compare(PartOpsTests::lowRank);
    }

    @Test
    void severalUpdatesOfOnePart() {
        compare((p, in, out, ops, tape) -> lowRank(p + 7, in, lowRank(p, in, out, ops, tape), ops, tape));
    }

    @Test
    void someOfThePartsOnly() {
        compare((p, in, out, ops, tape) -> p == 2 ? lowRank(p, in, out, ops, tape) : out);
    }

    @Test
    void whatWasUpdatedCanBeUsedInOtherOperations() {
        BiFunction<Ops, Tensor, Tensor> bent = (ops, t) -> (Tensor) ops.tanh(ops.scale(t, 0.1));
        compare((p, in, out, ops, tape) -> {
            Tensor updated = lowRank(p, in, out, ops, tape);
            return p % 2 == 0 ? updated : lowRank(p + 3, in, bent.apply(ops, updated), ops, tape);
        });
    }

    @Test
    void anUpdateByARowOfTheResultItself() {
        compare((p, in, out, ops, tape) -> {
            Tensor a = Given.normal(40 + p, 2, OUT).constantOn(tape);
            Tensor b = Given.normal(50 + p, OUT, 2).constantOn(tape);
            return (Tensor) ops.addLowRank(out, out, a, b, 0.1);
        });
    }

    @Test
    void runsWithGradientsAreRefused() {
        try (Tape tape = GradientCheck.ENGINE.tape(true, false, 0)) {
            Tensor joint = y.constantOn(tape);
            assertThatThrownBy(() -> new PartOps(tape, joint)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
