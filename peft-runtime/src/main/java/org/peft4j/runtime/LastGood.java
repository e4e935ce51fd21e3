package org.peft4j.runtime;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.peft4j.engine.ParameterSet;

/** A copy of the values of all trainable parameters, to go back to. */
final class LastGood {
    private final ParameterSet parameters;
    private INDArray copy;

    LastGood(ParameterSet parameters) {
        this.parameters = parameters;
    }

    void keep() {
        if (copy == null) {
            copy = parameters.values().dup();
        } else {
            copy.assign(parameters.values());
        }
    }

    void restore() {
        if (copy != null) {
            parameters.values().assign(copy);
        }
    }
}
