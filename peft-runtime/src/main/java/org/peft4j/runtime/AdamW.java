package org.peft4j.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.peft4j.api.ParamSpec;
import org.peft4j.engine.ParameterSet;
import org.peft4j.engine.ParameterStretch;

/** AdamW (Loshchilov and Hutter 2019): all of a number's step in one pass over memory, its state in ND4J's vectors. */
final class AdamW implements Optimizer {
    /** Elements whose two moments take 1 GiB. */
    private static final long PART = 1L << 27;

    private final ParameterSet parameters;
    private final AdamWSettings settings;
    private final List<Part> parts = new ArrayList<>();
    private int steps;

    AdamW(AdamWSettings settings, ParameterSet parameters) {
        this.parameters = parameters;
        this.settings = settings;
        long n = parameters.gradients().length();
        for (long from = 0; from < n; from += PART) {
            parts.add(new Part(from, Math.min(PART, n - from)));
        }
    }

    /** A part of the flat vectors: a file maps only so much. */
    private final class Part {
        final long from;
        /** The means of gradients, behind them those of squared gradients. */
        final INDArray moments;

        final List<ParameterStretch> stretches;

        Part(long from, long length) {
            this.from = from;
            this.moments = settings.state() == StatePlace.MAPPED
                    ? MappedState.zeros(settings.directory(), 2 * length)
                    : Nd4j.zeros(DataType.FLOAT, 1, 2 * length);
            this.stretches = parameters.stretches(from, from + length, moments, 2);
        }
    }

    @Override
    public void step(double learningRate) {
        steps++;
        double rate = learningRate / (1 - Math.pow(settings.beta1(), steps));
        float spread = (float) (1 / Math.sqrt(1 - Math.pow(settings.beta2(), steps)));
        for (Part part : parts) {
            for (ParameterStretch stretch : part.stretches) {
                ParamSpec spec = stretch.param().spec();
                double shrink =
                        spec.weightDecay() ? settings.weightDecay() * learningRate * spec.learningRateScale() : 0;
                float own = (float) (rate * spec.learningRateScale());
                stretch.apply((values, gradients, state, n) ->
                        move(values, gradients, state[0], state[1], n, (float) (1 - shrink), own, spread));
            }
        }
    }

    /**
     * A step of n numbers.
     *
     * @param kept what is left of a value by its decay
     * @param rate by which the mean is multiplied, its bias from the start at zero taken out
     * @param spread that of the root of the mean square
     */
    private void move(
            float[] value,
            float[] gradient,
            float[] mean,
            float[] square,
            int n,
            float kept,
            float rate,
            float spread) {
        float beta1 = (float) settings.beta1();
        float beta2 = (float) settings.beta2();
        float rest1 = (float) (1 - settings.beta1());
        float rest2 = (float) (1 - settings.beta2());
        float epsilon = (float) settings.epsilon();
        for (int i = 0; i < n; i++) {
            float g = gradient[i];
            float m = beta1 * mean[i] + rest1 * g;
            float s = beta2 * square[i] + rest2 * g * g;
            mean[i] = m;
            square[i] = s;
            value[i] = kept * value[i] - rate * m / ((float) Math.sqrt(s) * spread + epsilon);
        }
    }

    @Override
    public Map<String, INDArray> state() {
        Map<String, INDArray> state = new LinkedHashMap<>();
        for (Part part : parts) {
            state.put(part.from == 0 ? "moments" : "moments." + part.from, part.moments);
        }
        return state;
    }

    @Override
    public void resumed(long made) {
        steps = Math.toIntExact(made);
    }

    /** Makes AdamW. */
    static final class Factory implements OptimizerFactory<AdamWSettings> {
        @Override
        public String name() {
            return "adamw";
        }

        @Override
        public Class<AdamWSettings> configType() {
            return AdamWSettings.class;
        }

        @Override
        public double learningRate(AdamWSettings config) {
            return config.learningRate();
        }

        @Override
        public Optimizer create(AdamWSettings config, ParameterSet parameters) {
            return new AdamW(config, parameters);
        }
    }
}
