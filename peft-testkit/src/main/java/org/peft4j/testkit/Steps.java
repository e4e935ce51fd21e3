package org.peft4j.testkit;

import java.util.HashMap;
import java.util.Map;
import org.peft4j.api.Installer;
import org.peft4j.api.Param;
import org.peft4j.api.StepContext;
import org.peft4j.engine.EngineParam;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;

/** A few steps of Adam (Kingma and Ba 2015), in the plainest form: enough to see whether a method can be trained. */
final class Steps {
    private static final double RATE = 2e-2;

    private final AdaptedModel model;
    private final Adapter adapter;
    private final int total;
    private final Map<EngineParam, double[][]> moments = new HashMap<>();
    private int done;

    Steps(AdaptedModel model, Adapter adapter, int total) {
        this.model = model;
        this.adapter = adapter;
        this.total = total;
    }

    /** Trains to the end. */
    static void run(AdaptedModel model, Adapter adapter, int steps) {
        Steps training = new Steps(model, adapter, steps);
        for (int i = 0; i < steps; i++) {
            training.step();
        }
    }

    /** One step; its gradients are still there afterwards. */
    void step() {
        Trial.gradients(model, adapter, done);
        done++;
        adapter.parameters().trainable().forEach(this::update);
        for (Installer.StepHook hook : adapter.stepHooks()) {
            hook.afterStep(new Finished(done, total));
        }
    }

    private void update(EngineParam p) {
        float[] values = p.toArray();
        float[] gradient = p.gradientArray();
        double[][] m = moments.computeIfAbsent(p, k -> new double[2][values.length]);
        for (int i = 0; i < values.length; i++) {
            m[0][i] = 0.9 * m[0][i] + 0.1 * gradient[i];
            m[1][i] = 0.999 * m[1][i] + 0.001 * gradient[i] * gradient[i];
            double mean = m[0][i] / (1 - Math.pow(0.9, done));
            double size = Math.sqrt(m[1][i] / (1 - Math.pow(0.999, done)));
            values[i] -= (float) (RATE * p.spec().learningRateScale() * mean / (size + 1e-8));
        }
        p.assign(values);
    }

    /** What a method sees after a step. */
    private record Finished(long step, long totalSteps) implements StepContext {
        @Override
        public float[] value(Param param) {
            return ((EngineParam) param).toArray();
        }

        @Override
        public float[] gradient(Param param) {
            return ((EngineParam) param).gradientArray();
        }

        @Override
        public void assign(Param param, float[] values) {
            ((EngineParam) param).assign(values);
        }
    }
}
