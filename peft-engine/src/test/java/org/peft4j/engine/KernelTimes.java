package org.peft4j.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.peft4j.engine.Blas.Mat;

/** Prints what the kernels cost at the size of a small model; a program to look at, not a test. */
final class KernelTimes {
    private static final int TOKENS = 1024;
    private static final int ROUNDS = 15;

    private final Engine engine;

    private KernelTimes(Engine engine) {
        this.engine = engine;
    }

    /** Builds something on a tape from its inputs. */
    private interface Body {
        Tensor run(Tape tape, Tensor... in);
    }

    public static void main(String[] args) {
        int threads = args.length > 0 ? Integer.parseInt(args[0]) : 2;
        try (Engine engine = Engine.create(threads)) {
            new KernelTimes(engine).all();
        }
    }

    private void all() {
        product(TOKENS, 576, 576);
        product(TOKENS, 1536, 576);
        product(TOKENS, 576, 1536);
        Given gate = Given.normal(1, TOKENS, 1536);
        Given up = Given.normal(2, TOKENS, 1536);
        both("swiglu 1024x1536", (tape, in) -> ModelOps.swiglu(tape, in[0], in[1]), gate, up);
        Given x = Given.normal(3, TOKENS, 576);
        both("silu 1024x1536", (tape, in) -> tape.ops().silu(in[0]), gate);
        both("add 1024x1536", (tape, in) -> tape.ops().add(in[0], in[1]), gate, up);
        both("rmsNorm 1024x576", (tape, in) -> norm(tape, in[0]), x);
        both("residual 1024x576", (tape, in) -> ModelOps.residual(tape, in[0], in[1]), x, x);
        both("dropout 1024x576", (tape, in) -> tape.ops().dropout(in[0], 0.1), x);
        Rope.Angles angles = new Rope(64, new double[32], 1).angles(new int[TOKENS]);
        both("rope 1024x576", (tape, in) -> angles.apply(tape, in[0]), x);
        Given logits = Given.normal(4, 256, 49152);
        int[] targets = new int[256];
        both("crossEntropy 256x49152", (t, in) -> ModelOps.crossEntropy(t, in[0], targets, 1f, new double[1]), logits);
        attention();
    }

    private static Tensor norm(Tape tape, Tensor x) {
        float[] ones = new float[x.cols];
        Arrays.fill(ones, 1f);
        return tape.ops().rmsNorm(x, tape.ops().constant(ones, x.cols), 1e-5);
    }

    private void attention() {
        Attention.Heads heads = new Attention.Heads(9, 3, 64, Attention.CAUSAL);
        int[] starts = {0, 256, 512, 768, 1024};
        both(
                "attention 4x256, 9/3 heads of 64",
                (tape, in) -> Attention.causal(tape, in[0], in[1], in[2], starts, 0, List.of(), heads),
                Given.normal(5, TOKENS, 576),
                Given.normal(6, TOKENS, 192),
                Given.normal(7, TOKENS, 192));
    }

    private void product(int m, int n, int k) {
        Buf a = OffHeap.of(Given.normal(1, m, k).values());
        Buf b = OffHeap.of(Given.normal(2, n, k).values());
        Buf c = OffHeap.allocate((long) m * n);
        double ms = best(ignored ->
                engine.blas().gemm(m, n, k, 1f, Mat.of(a, k), Mat.of(b, k).t(), 0f, Mat.of(c, n)));
        print("product %dx%dx%d: %.2f ms, %.0f GF/s", m, k, n, ms, 2e-6 * m * n * k / ms);
    }

    private void both(String name, Body body, Given... inputs) {
        double[] forward = new double[ROUNDS];
        double[] backward = new double[ROUNDS];
        for (int round = 0; round < 4 * ROUNDS; round++) {
            try (Tape tape = engine.tape(true, true, 1)) {
                Tensor[] in = Arrays.stream(inputs).map(g -> g.on(tape)).toArray(Tensor[]::new);
                long start = System.nanoTime();
                Tensor y = body.run(tape, in);
                forward[round % ROUNDS] = 1e-6 * (System.nanoTime() - start);
                // A gradient of ones without the cost of a loss.
                Tensor one = tape.fresh(true, y.shape());
                long[] from = new long[1];
                tape.record(one, () -> {
                    tape.passGradient(one, y);
                    from[0] = System.nanoTime();
                });
                tape.backward(one);
                backward[round % ROUNDS] = 1e-6 * (System.nanoTime() - from[0]);
            }
        }
        Arrays.sort(forward);
        Arrays.sort(backward);
        print("%s: forward %.2f ms, backward %.2f ms", name, forward[2], backward[2]);
    }

    private static double best(Consumer<Void> body) {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 5 * ROUNDS; i++) {
            long start = System.nanoTime();
            body.accept(null);
            best = Math.min(best, 1e-6 * (System.nanoTime() - start));
        }
        return best;
    }

    private static void print(String format, Object... args) {
        System.out.println(String.format(Locale.ROOT, format, args));
    }
}
