package org.peft4j.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.AdamUpdater;
import org.nd4j.linalg.learning.config.Adam;
import org.peft4j.engine.ParameterSet;

/** AdamW (Loshchilov and Hutter 2019): ND4J's Adam over one flat vector, the weight decay decoupled from it. */
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

    /** A stretch of the flat vectors: a file maps only so much. */
    private final class Part {
        final long from;
        final long length;
        final INDArray moments;
        final AdamUpdater updater;

        Part(long from, long length) {
            this.from = from;
            this.length = length;
            this.moments = settings.state() == StatePlace.MAPPED
                    ? MappedState.zeros(settings.directory(), 2 * length)
                    : Nd4j.zeros(DataType.FLOAT, 1, 2 * length);
            // The rate is applied below, so that each parameter may have its own.
            this.updater = new AdamUpdater(new Adam(1.0, settings.beta1(), settings.beta2(), settings.epsilon()));
            updater.setStateViewArray(moments, new long[] {1, length}, 'c', true);
        }

        void update() {
            INDArray all = parameters.gradients();
            INDArray own = length == all.length() ? all : all.get(NDArrayIndex.interval(from, from + length));
            updater.applyUpdater(own.reshape(1, length), steps, 0);
        }
    }

    @Override
    public void step(double learningRate) {
        FlatSteps.decay(parameters, settings.weightDecay() * learningRate);
        parts.forEach(Part::update);
        steps++;
        FlatSteps.subtract(parameters, learningRate);
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
