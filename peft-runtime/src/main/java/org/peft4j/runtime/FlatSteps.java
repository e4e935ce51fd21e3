package org.peft4j.runtime;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.ParameterSet;

/** What optimizers do with the flat vectors: whole where all parameters are alike, piece by piece where they are not. */
final class FlatSteps {
    private FlatSteps() {}

    /** Shrinks those values that are to decay, each at its own rate. */
    static void decay(ParameterSet parameters, double share) {
        if (share == 0) {
            return;
        }
        if (parameters.trainable().stream()
                .allMatch(p -> p.spec().weightDecay() && p.spec().learningRateScale() == 1)) {
            parameters.values().muli(1 - share);
            return;
        }
        for (EngineParam p : parameters.trainable()) {
            if (p.spec().weightDecay()) {
                piece(parameters.values(), p).muli(1 - share * p.spec().learningRateScale());
            }
        }
    }

    /** Subtracts rate times what the gradient vector holds now; that vector is used up. */
    static void subtract(ParameterSet parameters, double learningRate) {
        if (parameters.trainable().stream().allMatch(p -> p.spec().learningRateScale() == 1)) {
            parameters.values().subi(parameters.gradients().muli(learningRate));
            return;
        }
        for (EngineParam p : parameters.trainable()) {
            double rate = learningRate * p.spec().learningRateScale();
            piece(parameters.values(), p).subi(piece(parameters.gradients(), p).muli(rate));
        }
    }

    private static INDArray piece(INDArray flat, EngineParam p) {
        return flat.get(NDArrayIndex.interval(p.position(), p.position() + p.size()));
    }
}
