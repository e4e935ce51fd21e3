package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MemoryTests {
    private static final int ROWS = 64;
    private static final int COLS = 64;
    private static final long ONE = 4L * ROWS * COLS;

    @Test
    void memoryOfInferenceDoesNotGrowWithTheLayers() {
        assertThat(peak(false, 40)).isEqualTo(peak(false, 4)).isLessThan(8 * ONE);
    }

    @Test
    void memoryOfTrainingGrowsByWhatGradientsNeedAlone() {
        // A layer keeps its input for the norm and the two factors of the product.
        assertThat(peak(true, 14) - peak(true, 4)).isBetween(10 * 2 * ONE, 10 * 4 * ONE);
    }

    private static long peak(boolean recording, int layers) {
        try (Tape tape = GradientCheck.ENGINE.tape(recording, true, 1)) {
            layers(tape, layers);
            return tape.peakBytes();
        }
    }

    private static Tensor layers(Tape tape, int layers) {
        TapeOps ops = tape.ops();
        Given x = Given.normal(1, ROWS, COLS);
        Tensor weight = tape.leaf(new float[COLS], false, COLS);
        Tensor stream = tape.scope(() -> tape.leaf(x.values(), true, x.shape()));
        for (int i = 0; i < layers; i++) {
            Tensor in = stream;
            stream = tape.scope(() -> {
                Tensor normed = ops.rmsNorm(in, weight, 1e-5);
                Tensor wide = ops.mul(ops.add(normed, in), normed);
                return ModelOps.residual(tape, in, ops.scale(wide, 0.5));
            });
            tape.close(in);
        }
        return stream;
    }

    @Test
    void backwardGivesBackWhatItIsDoneWith() {
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            Tensor loss = tape.scope(() -> tape.ops().sum(layers(tape, 10)));
            long forward = tape.peakBytes();
            tape.backward(loss);
            // Gradients of a layer come and go within the room that the values leave.
            assertThat(tape.peakBytes() - forward).isLessThan(5 * ONE);
            // Afterwards nearly all is free: as much as was in use fits in without a new peak.
            for (int i = 0; i < 15; i++) {
                tape.take(ROWS * COLS);
            }
            assertThat(tape.peakBytes() - forward).isLessThan(5 * ONE);
        }
    }

    @Test
    void aNewRunStartsItsPeakAtZero() {
        try (Engine engine = Engine.create(1)) {
            try (Tape tape = engine.tape(false, false, 1)) {
                tape.leaf(new float[100_000], false, 100_000);
                assertThat(tape.peakBytes()).isGreaterThanOrEqualTo(400_000);
            }
            try (Tape tape = engine.tape(false, false, 1)) {
                tape.leaf(new float[1000], false, 1000);
                assertThat(tape.peakBytes()).isBetween(4000L, 5000L);
            }
        }
    }

    @Test
    void piecesOfAnArenaNeverOverlap() {
        for (long seed = 0; seed < 5; seed++) {
            stress(new Arena(), new SplittableRandom(seed));
        }
    }

    private static void stress(Arena arena, SplittableRandom random) {
        List<Buf> held = new ArrayList<>();
        List<Float> marks = new ArrayList<>();
        for (int step = 0; step < 4000; step++) {
            if (held.isEmpty() || random.nextInt(100) < 52) {
                int length = random.nextInt(20) == 0 ? random.nextInt(1, 300_000) : random.nextInt(1, 3000);
                Buf buf = arena.take(length);
                assertThat(buf.length()).isEqualTo(length);
                float mark = step + 1;
                buf.fill(mark);
                held.add(buf);
                marks.add(mark);
            } else {
                int i = random.nextInt(held.size());
                Buf buf = held.remove(i);
                float mark = marks.remove(i);
                for (float v : buf.toArray()) {
                    if (v != mark) {
                        throw new AssertionError("piece " + mark + " was written to by piece " + v);
                    }
                }
                arena.giveBack(buf);
            }
        }
        held.forEach(arena::giveBack);
        // All came back and grew together: one piece of nearly a whole block fits where it started.
        long before = arena.peakBytes();
        arena.giveBack(arena.take(before / 4));
        assertThat(arena.peakBytes()).isEqualTo(before);
    }

    @Test
    void aPartTakesWhatIsFreeAndGivesAllOfItBack() {
        Arena arena = new Arena();
        Buf held = arena.take(1000);
        Buf passing = arena.take(5000);
        arena.giveBack(passing);
        Arena part = arena.within();
        Buf first = part.take(4000);
        assertThat(first.address).isEqualTo(passing.address);
        part.giveBack(first);
        Buf second = part.take(3000);
        Buf between = arena.take(100);
        part.take(200);
        held.fill(1f);
        between.fill(2f);
        second.fill(3f);
        assertThat(part.peakBytes()).isBetween(4 * 4000L, 4 * 4100L);
        part.reset();
        assertThat(arena.bytesInUse()).isBetween(4 * 1100L, 4 * 1200L);
        Buf after = arena.take(3000);
        assertThat(after.address).isEqualTo(second.address);
        after.fill(4f);
        assertThat(held.toArray()).containsOnly(1f);
        assertThat(between.toArray()).containsOnly(2f);
    }

    @Test
    void aLossNeedsNoMemoryBesideWhatTheRunHasTouched() {
        try (Tape tape = GradientCheck.ENGINE.tape(true, true, 1)) {
            tape.close(tape.scope(() -> tape.leaf(new float[100_000], false, 100_000)));
            long touched = tape.take(1).address;
            try (Tape child = tape.child()) {
                assertThat(child.take(90_000).address - touched).isBetween(0L, 4 * 100_000L);
            }
        }
    }

    @Test
    void chunksAreFewAndEven() {
        assertThat(ChunkedLoss.chunk(512, 393)).isEqualTo(256);
        assertThat(ChunkedLoss.chunk(393, 393)).isEqualTo(393);
        assertThat(ChunkedLoss.chunk(394, 393)).isEqualTo(208);
        assertThat(ChunkedLoss.chunk(1024, 240)).isEqualTo(208);
        assertThat(ChunkedLoss.chunk(1, 393)).isBetween(1, 16);
    }

    @Test
    void piecesLargerThanABlockAreUsedAgain() {
        Arena arena = new Arena();
        int length = (1 << 24) + 5;
        Buf first = arena.take(length);
        long address = first.address;
        long peak = arena.peakBytes();
        arena.giveBack(first);
        Buf second = arena.take(length);
        assertThat(second.address).isEqualTo(address);
        assertThat(arena.peakBytes()).isEqualTo(peak);
    }
}
