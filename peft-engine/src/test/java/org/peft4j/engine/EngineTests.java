package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class EngineTests {
    /** One step of a small model: gradients of everything, one after the other. */
    private static float[] step(Engine engine, long seed) {
        Given x = Given.normal(seed, 150, 64);
        Given a = Given.normal(seed + 1, 0.2, 8, 64);
        Given b = Given.normal(seed + 2, 0.2, 192, 8);
        FrozenMatrix w =
                FrozenMatrix.dense(OffHeap.of(Given.normal(3, 0.2, 192, 64).values()), 192, 64);
        FrozenMatrix head =
                FrozenMatrix.dense(OffHeap.of(Given.normal(4, 0.2, 500, 64).values()), 500, 64);
        Attention.Heads heads = new Attention.Heads(4, 4, 16, Attention.CAUSAL);
        int[] targets = new int[150];
        java.util.Arrays.setAll(targets, i -> (int) ((i * 31L + seed) % 500));
        try (Tape tape = engine.tape(true, true, seed)) {
            TapeOps ops = tape.ops();
            Tensor in = x.on(tape);
            Tensor down = a.on(tape);
            Tensor up = b.on(tape);
            Tensor qkv = ops.addLowRank(ModelOps.linear(tape, in, w), ops.dropout(in, 0.1), down, up, 2);
            Tensor y = Attention.causal(
                    tape,
                    ops.columns(qkv, 0, 64),
                    ops.columns(qkv, 64, 128),
                    ops.columns(qkv, 128, 192),
                    new int[] {0, 70, 150},
                    0,
                    List.of(),
                    heads);
            Tensor out = ModelOps.residual(tape, in, ModelOps.swiglu(tape, y, in));
            double[] total = new double[1];
            Tensor logits = ModelOps.linear(tape, out, head);
            tape.backward(ModelOps.crossEntropy(tape, logits, targets, 1f / 150, total));
            return joined(
                    tape.gradientOf(in), tape.gradientOf(down), tape.gradientOf(up), new float[] {(float) total[0]});
        }
    }

    private static float[] joined(float[]... parts) {
        int n = 0;
        for (float[] part : parts) {
            n += part.length;
        }
        float[] all = new float[n];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    @Test
    void equalRunsGiveEqualBits() {
        float[] first = step(GradientCheck.ENGINE, 9);
        for (int i = 0; i < 20; i++) {
            assertThat(step(GradientCheck.ENGINE, 9)).isEqualTo(first);
        }
        try (Engine other = Engine.create(2)) {
            assertThat(step(other, 9)).isEqualTo(first);
        }
        assertThat(step(GradientCheck.ENGINE, 10)).isNotEqualTo(first);
    }

    @Test
    void anyNumberOfThreadsGivesTheSameResult() {
        float[] one = step(GradientCheck.ONE_THREAD, 9);
        GradientCheck.close("two threads", step(GradientCheck.ENGINE, 9), one, 1e-4);
        try (Engine five = Engine.create(5)) {
            GradientCheck.close("five threads", step(five, 9), one, 1e-4);
        }
    }

    @Test
    void runsThatShareAnEngineGetTheirOwnBits() throws Exception {
        int callers = 4;
        List<float[]> alone = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            alone.add(step(GradientCheck.ENGINE, 20 + i));
        }
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        try {
            List<Callable<List<float[]>>> jobs = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                long seed = 20L + i;
                jobs.add(() -> {
                    List<float[]> results = new ArrayList<>();
                    for (int r = 0; r < 10; r++) {
                        results.add(step(GradientCheck.ENGINE, seed));
                    }
                    return results;
                });
            }
            List<Future<List<float[]>>> done = pool.invokeAll(jobs, 100, TimeUnit.SECONDS);
            for (int i = 0; i < callers; i++) {
                for (float[] result : done.get(i).get()) {
                    assertThat(result).isEqualTo(alone.get(i));
                }
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void everyPartOfAJobRunsOnce() {
        Workers workers = new Workers(3);
        for (int job = 0; job < 3000; job++) {
            int parts = 1 + job % 17;
            AtomicIntegerArray runs = new AtomicIntegerArray(parts);
            workers.run(parts, runs::incrementAndGet);
            for (int i = 0; i < parts; i++) {
                assertThat(runs.get(i)).isEqualTo(1);
            }
        }
        workers.stop();
    }

    @Test
    void jobsWithinJobsAndAfterTheEndRunToo() {
        Workers workers = new Workers(3);
        AtomicIntegerArray runs = new AtomicIntegerArray(6);
        workers.run(6, i -> workers.run(4, j -> runs.incrementAndGet(i)));
        workers.stop();
        workers.run(6, runs::incrementAndGet);
        for (int i = 0; i < 6; i++) {
            assertThat(runs.get(i)).isEqualTo(5);
        }
    }

    @Test
    void aFailingPartFailsTheJobAndNoMore() {
        Workers workers = new Workers(3);
        for (int bad = 0; bad < 5; bad++) {
            int part = bad;
            assertThatThrownBy(() -> workers.run(5, i -> {
                        if (i == part) {
                            throw new IllegalArgumentException("part " + i);
                        }
                    }))
                    .hasMessage("part " + bad);
            AtomicIntegerArray runs = new AtomicIntegerArray(1);
            workers.run(7, i -> runs.incrementAndGet(0));
            assertThat(runs.get(0)).isEqualTo(7);
        }
        workers.stop();
    }

    @Test
    void anEngineNeedsAThread() {
        assertThatThrownBy(() -> Engine.create(0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(GradientCheck.ENGINE.threads()).isEqualTo(2);
    }
}
