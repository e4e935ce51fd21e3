package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.peft4j.api.KeyWindow;

class AttentionTests {
    private static final int DIM = 8;

    private static Attention.Heads heads(int heads, int kvHeads, KeyWindow window) {
        return new Attention.Heads(heads, kvHeads, DIM, window);
    }

    /** Checks value and gradients of one case; shared are keys, values, keys, values, ... */
    private static void check(Attention.Heads heads, int[] starts, int sharedRows, int... sharedLengths) {
        int tokens = starts[starts.length - 1];
        int kvWidth = heads.kvHeads() * DIM;
        List<Given> in = new ArrayList<>(List.of(
                Given.normal(1, tokens, heads.heads() * (long) DIM),
                Given.normal(2, tokens, kvWidth),
                Given.normal(3, tokens, kvWidth)));
        for (int i = 0; i < sharedLengths.length; i++) {
            in.add(Given.normal(10 + i, sharedLengths[i], kvWidth));
            in.add(Given.normal(20 + i, sharedLengths[i], kvWidth));
        }
        Given[] all = in.toArray(new Given[0]);
        float[] y = GradientCheck.check(
                (tape, x) -> Attention.causal(tape, x[0], x[1], x[2], starts, sharedRows, shared(x), heads), all);
        float[] expected = new AttentionReference(heads)
                .causal(all[0], all[1], all[2], starts, sharedRows, Arrays.copyOfRange(all, 3, all.length));
        GradientCheck.close("value", y, expected, 1e-5);
    }

    private static List<Attention.Shared> shared(Tensor... x) {
        List<Attention.Shared> list = new ArrayList<>();
        for (int i = 3; i < x.length; i += 2) {
            list.add(new Attention.Shared(x[i], x[i + 1]));
        }
        return list;
    }

    @Test
    void oneSequence() {
        check(heads(1, 1, Attention.CAUSAL), new int[] {0, 5}, 0);
    }

    @Test
    void raggedSequencesLongerThanABlock() {
        check(heads(2, 2, Attention.CAUSAL), new int[] {0, 1, 71, 135, 270}, 0);
    }

    @Test
    void groupedHeads() {
        check(heads(6, 2, Attention.CAUSAL), new int[] {0, 70, 73}, 0);
    }

    @Test
    void windowsThatDifferByHeadAndPosition() {
        KeyWindow window = (head, position, length) ->
                head == 0 ? 0 : head == 1 ? position : Math.max(0, position - Math.min(30, length / 3));
        check(heads(4, 2, window), new int[] {0, 140, 150}, 0);
    }

    @Test
    void onePrefix() {
        check(heads(4, 2, Attention.CAUSAL), new int[] {0, 70, 90}, 0, 5);
    }

    @Test
    void twoPrefixes() {
        KeyWindow window = (head, position, length) -> Math.max(0, position - 20);
        check(heads(4, 2, window), new int[] {0, 70, 90, 91}, 0, 5, 68);
    }

    @Test
    void rowsAtTheFrontThatAllSequencesSee() {
        check(heads(4, 2, Attention.CAUSAL), new int[] {0, 7, 30, 105}, 7);
    }

    @Test
    void rowsAtTheFrontBesidesAPrefix() {
        check(heads(2, 1, Attention.CAUSAL), new int[] {0, 3, 5, 72}, 3, 4);
    }

    @Test
    void queriesKeysAndValuesOfOneTensor() {
        Given x = Given.normal(1, 70, 2 * DIM);
        Attention.Heads heads = heads(2, 2, Attention.CAUSAL);
        GradientCheck.check(
                (tape, in) -> Attention.causal(tape, in[0], in[0], in[0], new int[] {0, 70}, 0, List.of(), heads), x);
    }

    @Test
    void prefixWhoseKeysAreItsValues() {
        Given x = Given.normal(1, 9, 2 * DIM);
        Given prefix = Given.normal(2, 4, 2 * DIM);
        Attention.Heads heads = heads(2, 2, Attention.CAUSAL);
        GradientCheck.check(
                (tape, in) -> Attention.causal(
                        tape,
                        in[0],
                        tape.ops().scale(in[0], 0.5),
                        tape.ops().scale(in[0], 2),
                        new int[] {0, 3, 9},
                        0,
                        List.of(new Attention.Shared(in[1], in[1])),
                        heads),
                x,
                prefix);
    }

    @Test
    void overGivenKeysAlone() {
        Attention.Heads heads = heads(4, 2, Attention.CAUSAL);
        for (int queries : new int[] {3, 600}) {
            Given q = Given.normal(1, queries, 4 * DIM);
            Given k = Given.normal(2, 11, 2 * DIM);
            Given v = Given.normal(3, 11, 2 * DIM);
            float[] y = GradientCheck.check((tape, in) -> Attention.over(tape, in[0], in[1], in[2], heads), q, k, v);
            GradientCheck.close("value", y, new AttentionReference(heads).over(q, k, v), 1e-5);
        }
    }

    @Test
    void largeScoresStayFinite() {
        Attention.Heads heads = heads(1, 1, Attention.CAUSAL);
        float[] big = new float[6 * DIM];
        Arrays.fill(big, 100f);
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            Tensor q = tape.leaf(big, true, 6, DIM);
            Tensor k = tape.leaf(big, true, 6, DIM);
            Tensor v = Given.normal(1, 6, DIM).on(tape);
            Tensor y = Attention.causal(tape, q, k, v, new int[] {0, 6}, 0, List.of(), heads);
            tape.backward(tape.ops().sum(y));
            for (float g : tape.gradientOf(v)) {
                org.assertj.core.api.Assertions.assertThat(g).isBetween(0.1f, 3f);
            }
        }
    }

    @Test
    void badShapesAndWindowsAreNamed() {
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            Tensor q = Given.normal(1, 6, 4 * DIM).on(tape);
            Tensor k = Given.normal(2, 6, 2 * DIM).on(tape);
            Tensor less = Given.normal(2, 5, 2 * DIM).on(tape);
            int[] starts = {0, 6};
            Attention.Heads right = heads(4, 2, Attention.CAUSAL);
            refused(tape, q, k, k, starts, heads(4, 1, Attention.CAUSAL));
            refused(tape, q, k, less, starts, right);
            refused(tape, q, less, less, starts, right);
            refused(tape, q, k, k, new int[] {0, 7}, right);
            refused(tape, q, k, k, new int[] {1, 6}, right);
            refused(tape, q, k, k, starts, right.withWindow((head, position, length) -> position + 1));
            refused(tape, q, k, k, starts, right.withWindow((head, position, length) -> -1));
        }
    }

    private static void refused(Tape tape, Tensor q, Tensor k, Tensor v, int[] starts, Attention.Heads heads) {
        assertThatThrownBy(() -> Attention.causal(tape, q, k, v, starts, 0, List.of(), heads))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
