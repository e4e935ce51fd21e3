package org.peft4j.runtime;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Moves the parameters of one adapter along their gradients. */
public interface Optimizer {
    /**
     * Makes one step from the gradients as they are; they may be overwritten.
     *
     * @param learningRate this step's rate, above 0
     */
    void step(double learningRate);

    /** What it remembers from step to step: flat vectors by name, its own memory. */
    Map<String, INDArray> state();
}
