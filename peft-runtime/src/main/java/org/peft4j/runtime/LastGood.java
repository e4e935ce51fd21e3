package org.peft4j.runtime;

import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.peft4j.checkpoint.TensorSource;
import org.peft4j.checkpoint.Tensors;
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

    /** The copies, if any were made, as tensors of a file. */
    List<TensorSource> tensors(String prefix) {
        return IntStream.range(0, copies.size())
                .mapToObj(i -> VectorBytes.source(prefix + i, copies.get(i)))
                .toList();
    }

    /** Takes the copies, if there are any, from a file. */
    void fill(Tensors from, String prefix) {
        if (from.contains(prefix + 0)) {
            keep();
            for (int i = 0; i < copies.size(); i++) {
                VectorBytes.fill(copies.get(i), from, prefix + i);
            }
        }
    }

    void restore() {
        for (int i = 0; i < copies.size(); i++) {
            parameters.get(i).values().assign(copies.get(i));
        }
    }
}
