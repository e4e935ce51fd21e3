package org.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Checks the gradients of an operation against central differences of its own forward pass, and that they are the same whichever
 * way they arrive: for one input or all, into fresh memory or memory that holds a gradient already (possibly someone else's as
 * well), through a view, on one thread or several.
 */
final class GradientCheck {
    static final Engine ENGINE = Engine.create(2);
    static final Engine ONE_THREAD = Engine.create(1);

    private static final long SEED = 77;
    private static final int DIRECTIONS = 3;
    private static final double STEP = 0.01;

    /** What is checked. */
    interface Body {
        Tensor run(Tape tape, Tensor... in);
    }

    private enum Leaf {
        FRESH,
        PRELOADED,
        VIEW
    }

    private record Outcome(float[] value, float[][] gradients) {}

    private final Body body;
    private final Given[] given;
    private final double tolerance;

    private GradientCheck(double tolerance, Body body, Given[] given) {
        this.tolerance = tolerance;
        this.body = body;
        this.given = given;
    }

    /** Checks the gradient of every input; gives the operation's value. */
    static float[] check(Body body, Given... inputs) {
        return new GradientCheck(1e-3, body, inputs).all();
    }

    private float[] all() {
        boolean[] every = new boolean[given.length];
        Arrays.fill(every, true);
        Outcome plain = run(ENGINE, every, Leaf.FRESH);
        againstDifferences(plain);
        assertThat(forward(values())).as("value without recording").isEqualTo(plain.value);
        Outcome again = run(ENGINE, every, Leaf.FRESH);
        assertThat(again.value).as("value of an equal run").isEqualTo(plain.value);
        assertThat(again.gradients).as("gradients of an equal run").isDeepEqualTo(plain.gradients);
        same("one thread", run(ONE_THREAD, every, Leaf.FRESH), plain, every);
        same("through views", run(ENGINE, every, Leaf.VIEW), plain, every);
        same("added to a gradient", run(ENGINE, every, Leaf.PRELOADED), plain, every);
        for (int i = 0; i < given.length && given.length > 1; i++) {
            boolean[] one = new boolean[given.length];
            one[i] = true;
            same("input " + i + " alone", run(ENGINE, one, Leaf.FRESH), plain, one);
        }
        return plain.value;
    }

    private float[][] values() {
        return Arrays.stream(given).map(Given::values).toArray(float[][]::new);
    }

    private static void same(String what, Outcome actual, Outcome expected, boolean[] wanted) {
        close(what + ": value", actual.value, expected.value);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i]) {
                close(what + ": gradient of input " + i, actual.gradients[i], expected.gradients[i]);
            }
        }
    }

    static void close(String what, float[] actual, float[] expected) {
        close(what, actual, expected, 1e-4);
    }

    /** Compares element by element; the tolerance counts relative to the mean magnitude (and to the element's own). */
    static void close(String what, float[] actual, float[] expected, double tolerance) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        double scale = norm(expected) / Math.sqrt(expected.length);
        for (int i = 0; i < expected.length; i++) {
            double allowed = tolerance * (scale + Math.abs(expected[i])) + 1e-6;
            assertThat(Math.abs(actual[i] - (double) expected[i]) <= allowed)
                    .as("%s: element %d is %s, not %s", what, i, actual[i], expected[i])
                    .isTrue();
        }
    }

    private Outcome run(Engine engine, boolean[] wanted, Leaf how) {
        try (Tape tape = engine.tape(true, true, SEED)) {
            Tensor[] leaves = new Tensor[given.length];
            Tensor[] in = new Tensor[given.length];
            for (int i = 0; i < in.length; i++) {
                leaves[i] = how == Leaf.VIEW ? padded(tape, given[i], wanted[i]) : plain(tape, given[i], wanted[i]);
                in[i] = how == Leaf.VIEW ? middle(tape, given[i], leaves[i]) : leaves[i];
                if (how == Leaf.PRELOADED && wanted[i]) {
                    preload(leaves[i], i);
                }
            }
            Buf[] shared = gradients(leaves);
            Tensor y = body.run(tape, in);
            float[] value = y.toArray();
            TapeOps ops = tape.ops();
            tape.backward(ops.sum(ops.mul(y, ops.constant(weights(value.length), y.shape()))));
            float[][] gradients = new float[in.length][];
            for (int i = 0; i < in.length; i++) {
                gradients[i] = received(tape, leaves[i], how, wanted[i], i, shared[i]);
            }
            return new Outcome(value, gradients);
        }
    }

    private float[] received(Tape tape, Tensor leaf, Leaf how, boolean wanted, int i, Buf shared) {
        float[] g = tape.gradientOf(leaf);
        if (how == Leaf.VIEW) {
            int cols = given[i].cols();
            assertThat(Arrays.copyOf(g, cols)).as("outside the view").containsOnly(0f);
            assertThat(Arrays.copyOfRange(g, g.length - cols, g.length))
                    .as("outside the view")
                    .containsOnly(0f);
            return Arrays.copyOfRange(g, cols, g.length - cols);
        }
        if (how == Leaf.PRELOADED && wanted) {
            float[] before = earlier(i);
            assertThat(shared.toArray()).as("gradient that others hold as well").isEqualTo(before);
            for (int j = 0; j < g.length; j++) {
                g[j] -= before[j];
            }
        }
        return g;
    }

    private static Buf[] gradients(Tensor[] leaves) {
        return Arrays.stream(leaves)
                .map(t -> t.gradient == null ? null : t.gradient.buf)
                .toArray(Buf[]::new);
    }

    private static Tensor plain(Tape tape, Given g, boolean wanted) {
        return tape.leaf(g.values(), wanted, g.shape());
    }

    private static Tensor padded(Tape tape, Given g, boolean wanted) {
        float[] larger = new float[g.values().length + 2 * g.cols()];
        System.arraycopy(g.values(), 0, larger, g.cols(), g.values().length);
        return tape.leaf(larger, wanted, g.rows() + 2L, g.cols());
    }

    private static Tensor middle(Tape tape, Given g, Tensor padded) {
        return tape.ops().reshape(tape.ops().rows(padded, 1, g.rows() + 1L), g.shape());
    }

    private void preload(Tensor leaf, int i) {
        leaf.gradient = new Tensor.Gradient(OffHeap.of(earlier(i)));
        leaf.gradient.holders = 2;
    }

    private float[] earlier(int i) {
        return Given.between(900 + i, 0.1, 1, true, given[i].values().length).values();
    }

    private static float[] weights(int n) {
        return Given.between(4242, 0.2, 1.5, true, n).values();
    }

    private float[] forward(float[][] values) {
        try (Tape tape = ENGINE.tape(false, true, SEED)) {
            Tensor[] in = new Tensor[given.length];
            for (int i = 0; i < in.length; i++) {
                in[i] = tape.leaf(values[i], false, given[i].shape());
            }
            return body.run(tape, in).toArray();
        }
    }

    private double loss(float[][] values) {
        float[] y = forward(values);
        float[] w = weights(y.length);
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            sum += (double) y[i] * w[i];
        }
        return sum;
    }

    private void againstDifferences(Outcome plain) {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < given.length; i++) {
            float[] g = plain.gradients[i];
            for (int d = 0; d < DIRECTIONS; d++) {
                float[] direction = new float[g.length];
                double expected = 0;
                for (int j = 0; j < g.length; j++) {
                    direction[j] = (float) random.nextGaussian();
                    expected += (double) direction[j] * g[j];
                }
                // Richardson's extrapolation: the error falls with the fourth power of the step.
                double slope = (4 * slope(i, direction, STEP) - slope(i, direction, 2 * STEP)) / 3;
                assertThat(expected)
                        .as("gradient of input %d along direction %d (norm %s)", i, d, norm(g))
                        .isCloseTo(slope, within(tolerance * norm(g) + 1e-4));
            }
        }
    }

    private double slope(int input, float[] direction, double step) {
        return (loss(moved(input, direction, step)) - loss(moved(input, direction, -step))) / (2 * step);
    }

    private float[][] moved(int input, float[] direction, double step) {
        float[][] all = values();
        all[input] = all[input].clone();
        for (int j = 0; j < direction.length; j++) {
            all[input][j] += (float) (step * direction[j]);
        }
        return all;
    }

    private static double norm(float[] v) {
        double sum = 0;
        for (float e : v) {
            sum += (double) e * e;
        }
        return Math.sqrt(sum);
    }
}
