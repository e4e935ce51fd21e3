package org.peft4j.runtime;

import java.util.HashMap;
import java.util.Map;
import org.peft4j.api.Param;
import org.peft4j.api.StepContext;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.ParameterSet;

/** A step as methods see it: the optimizer uses up the gradients, so they are copied first. */
record FinishedStep(long step, long totalSteps, Map<String, float[]> gradients) implements StepContext {
    static FinishedStep keepGradients(ParameterSet parameters, long step, long totalSteps) {
        Map<String, float[]> gradients = new HashMap<>();
        for (EngineParam p : parameters.trainable()) {
            gradients.put(p.key(), p.gradientArray());
        }
        return new FinishedStep(step, totalSteps, gradients);
    }

    @Override
    public float[] value(Param param) {
        return ((EngineParam) param).toArray();
    }

    @Override
    public float[] gradient(Param param) {
        float[] gradient = gradients.get(param.key());
        if (gradient == null) {
            throw new IllegalArgumentException(param.key() + " is not trained");
        }
        return gradient.clone();
    }

    @Override
    public void assign(Param param, float[] values) {
        ((EngineParam) param).assign(values);
    }
}
