package org.peft4j.e2e;

import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.peft4j.api.Setting;
import org.peft4j.engine.ParameterSet;
import org.peft4j.runtime.Optimizer;
import org.peft4j.runtime.OptimizerFactory;

/** An application's own optimizer: momentum, and a rate that falls with its own count of steps. */
final class CountingDescent implements Optimizer {
    private final ParameterSet parameters;
    private final INDArray velocity;
    private final INDArray sizes = Nd4j.zeros(DataType.DOUBLE, 1);
    private long count;

    /**
     * Its settings.
     *
     * @param learningRate the highest rate
     */
    public record Settings(
            @Setting(help = "Highest learning rate.", value = "1e-2")
            double learningRate) {}

    private CountingDescent(ParameterSet parameters) {
        this.parameters = parameters;
        this.velocity = Nd4j.zeros(DataType.FLOAT, parameters.gradients().length());
    }

    @Override
    public void step(double learningRate) {
        count++;
        double size = sizes.getDouble(0) + parameters.gradients().norm2Number().doubleValue();
        sizes.putScalar(0, size);
        velocity.muli(0.7).addi(parameters.gradients());
        parameters.values().subi(velocity.mul(learningRate / (Math.sqrt(count) * (1 + size))));
    }

    @Override
    public Map<String, INDArray> state() {
        return Map.of("velocity", velocity, "sizes", sizes);
    }

    @Override
    public void resumed(long steps) {
        count = steps;
    }

    /** Makes it. */
    static final class Factory implements OptimizerFactory<Settings> {
        @Override
        public String name() {
            return "counting";
        }

        @Override
        public Class<Settings> configType() {
            return Settings.class;
        }

        @Override
        public double learningRate(Settings config) {
            return config.learningRate();
        }

        @Override
        public Optimizer create(Settings config, ParameterSet of) {
            return new CountingDescent(of);
        }
    }
}
