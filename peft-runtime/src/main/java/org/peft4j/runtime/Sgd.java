package org.peft4j.runtime;

import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.peft4j.engine.ParameterSet;

/** Stochastic gradient descent with (heavy-ball) momentum over one flat vector. */
final class Sgd implements Optimizer {
    private final ParameterSet parameters;
    private final SgdSettings settings;
    private final INDArray velocity;

    Sgd(SgdSettings settings, ParameterSet parameters) {
        this.parameters = parameters;
        this.settings = settings;
        this.velocity = Nd4j.zeros(DataType.FLOAT, parameters.gradients().length());
    }

    @Override
    public void step(double learningRate) {
        FlatSteps.decay(parameters, settings.weightDecay() * learningRate);
        velocity.muli(settings.momentum()).addi(parameters.gradients());
        parameters.gradients().assign(velocity);
        FlatSteps.subtract(parameters, learningRate);
    }

    @Override
    public Map<String, INDArray> state() {
        return Map.of("velocity", velocity);
    }

    /** Makes SGD. */
    static final class Factory implements OptimizerFactory<SgdSettings> {
        @Override
        public String name() {
            return "sgd";
        }

        @Override
        public Class<SgdSettings> configType() {
            return SgdSettings.class;
        }

        @Override
        public double learningRate(SgdSettings config) {
            return config.learningRate();
        }

        @Override
        public Optimizer create(SgdSettings config, ParameterSet parameters) {
            return new Sgd(config, parameters);
        }
    }
}
