package org.peft4j.testkit;

import java.util.SplittableRandom;
import org.peft4j.api.Trait;
import org.peft4j.engine.EngineParam;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;

/** Gradients against central differences of the loss. */
final class GradientChecks {
    private static final long SEED = 5;
    /** By how much a step along a direction should change the loss: well above fp32's noise, well below curvature. */
    private static final double WANTED = 4e-3;

    private static final double TOLERANCE = 0.03;

    private GradientChecks() {}

    static <C extends Record> void everyParameter(Trial<C> trial) {
        Adapter adapter = trial.moved(1);
        AdaptedModel model = AdaptedModel.of(trial.base(), adapter);
        Trial.gradients(model, adapter, SEED);
        boolean exact = exact(trial);
        for (EngineParam p : adapter.parameters().trainable()) {
            check(model, p, p.gradientArray(), exact);
        }
    }

    private static <C extends Record> boolean exact(Trial<C> trial) {
        return !trial.method().traits(trial.config()).contains(Trait.APPROXIMATE_GRADIENT);
    }

    /** The same for the first parameter that has a gradient: faster, for many bases. */
    static <C extends Record> void together(Trial<C> trial, AdaptedModel model, Adapter adapter, String on) {
        Trial.gradients(model, adapter, SEED);
        for (EngineParam p : adapter.parameters().trainable()) {
            float[] gradient = p.gradientArray();
            double size = norm(gradient);
            if (size > 1e-4) {
                compare(model, p, gradient, scaled(gradient, 1 / size), "along itself, on " + on, exact(trial));
                return;
            }
        }
    }

    private static void check(AdaptedModel model, EngineParam p, float[] gradient, boolean exact) {
        double size = norm(gradient);
        if (size > 1e-6) {
            compare(model, p, gradient, scaled(gradient, 1 / size), "along itself", exact);
        }
        if (!exact) {
            return;
        }
        SplittableRandom random = new SplittableRandom(p.key().hashCode());
        float[] direction = new float[gradient.length];
        for (int i = 0; i < direction.length; i++) {
            direction[i] = (float) random.nextGaussian();
        }
        compare(model, p, gradient, scaled(direction, 1 / norm(direction)), "along a random direction", true);
    }

    private static void compare(
            AdaptedModel model, EngineParam p, float[] gradient, float[] along, String where, boolean exact) {
        double told = 0;
        for (int i = 0; i < gradient.length; i++) {
            told += (double) gradient[i] * along[i];
        }
        double slack = 0.02 * norm(gradient) / Math.sqrt(gradient.length) + 2e-4;
        double seen = 0;
        double step = Math.min(0.05, WANTED / Math.max(Math.abs(told), 1e-3));
        // A kink or a strong curvature spoils one step's length, not three.
        for (int attempt = 0; attempt < 3; attempt++, step /= 3) {
            seen = difference(model, p, along, step);
            if (!exact && seen > 0) {
                return;
            }
            if (Math.abs(seen - told) <= TOLERANCE * Math.max(Math.abs(seen), Math.abs(told)) + slack) {
                return;
            }
        }
        throw Trial.fault(
                String.format(
                        "The gradient of %s is wrong: %s it says %.6f, finite differences of the loss say %.6f.",
                        p.key(), where, told, seen),
                "A hand-written backward (Ops.custom) that doesn't belong to its forward? A detached or constant value that"
                        + " should let gradients through? A hook that keeps a Var from one call to the next?");
    }

    private static double difference(AdaptedModel model, EngineParam p, float[] along, double step) {
        float[] at = p.toArray();
        try {
            p.assign(plus(at, along, step));
            double above = Trial.loss(model, SEED);
            p.assign(plus(at, along, -step));
            return (above - Trial.loss(model, SEED)) / (2 * step);
        } finally {
            p.assign(at);
        }
    }

    private static float[] plus(float[] at, float[] along, double step) {
        float[] moved = at.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += (float) (step * along[i]);
        }
        return moved;
    }

    private static float[] scaled(float[] values, double factor) {
        float[] result = values.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] *= (float) factor;
        }
        return result;
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float v : values) {
            sum += (double) v * v;
        }
        return Math.sqrt(sum);
    }
}
