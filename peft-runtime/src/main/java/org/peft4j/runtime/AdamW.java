package org.peft4j.runtime;

import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.AdamUpdater;
import org.nd4j.linalg.learning.config.Adam;
import org.peft4j.engine.ParameterSet;

/** AdamW (Loshchilov and Hutter 2019): ND4J's Adam over one flat vector, the weight decay decoupled from it. */
final class AdamW implements Optimizer {
    private final ParameterSet parameters;
    private final AdamWSettings settings;
    private final AdamUpdater updater;
    private final INDArray moments;
    private int steps;

    AdamW(AdamWSettings settings, ParameterSet parameters) {
        this.parameters = parameters;
        this.settings = settings;
        // The rate is applied below, so that each parameter may have its own.
        Adam adam = new Adam(1.0, settings.beta1(), settings.beta2(), settings.epsilon());
        this.updater = new AdamUpdater(adam);
        long n = parameters.gradients().length();
        this.moments = Nd4j.zeros(DataType.FLOAT, 1, 2 * n);
        updater.setStateViewArray(moments, new long[] {1, n}, 'c', true);
    }

    @Override
    public void step(double learningRate) {
        FlatSteps.decay(parameters, settings.weightDecay() * learningRate);
        INDArray update =
                parameters.gradients().reshape(1, parameters.gradients().length());
        updater.applyUpdater(update, steps++, 0);
        FlatSteps.subtract(parameters, learningRate);
    }

    @Override
    public Map<String, INDArray> state() {
        return Map.of("moments", moments);
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
