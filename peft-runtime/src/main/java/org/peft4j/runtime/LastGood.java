package org.peft4j.runtime;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.peft4j.engine.ParameterSet;

/** A copy of the values of all trainable parameters, to go back to. */
final class LastGood {
    private final List<ParameterSet> parameters;
    private List<INDArray> copies = List.of();

    LastGood(List<ParameterSet> parameters) {
        this.parameters = List.copyOf(parameters);
    }

    void keep() {
        if (copies.isEmpty()) {
            copies = parameters.stream().map(p -> p.values().dup()).toList();
            return;
        }
        for (int i = 0; i < copies.size(); i++) {
            copies.get(i).assign(parameters.get(i).values());
        }
    }

    void restore() {
        for (int i = 0; i < copies.size(); i++) {
            parameters.get(i).values().assign(copies.get(i));
        }
    }
}
