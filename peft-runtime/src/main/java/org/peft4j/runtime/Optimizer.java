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

    /**
     * What it remembers from step to step: flat dense vectors by name, its own memory. All of it, from the start and under names and
     * of lengths that don't change: checkpoints are written from these vectors and read into them.
     */
    Map<String, INDArray> state();

    /**
     * Called when a run is gone on with, after {@link #state} got the values of a checkpoint.
     *
     * @param steps how often {@link #step} was called until then
     */
    default void resumed(long steps) {}
}
