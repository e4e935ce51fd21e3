package org.peft4j.api;

import java.nio.FloatBuffer;

/**
 * An operation with a hand-written gradient, for what {@link Ops} lacks or is slow at. Buffers are direct, row-major, and valid
 * only during the call; index them absolutely from 0.
 */
public interface CustomOp {
    /** The output's shape for these inputs. */
    Shape outputShape(Var... inputs);

    /** Writes every element of the output. */
    void forward(FloatBuffer[] inputs, FloatBuffer output);

    /** Adds to the gradients of the inputs. */
    void backward(Backward context);

    /** What the backward pass has. */
    interface Backward {
        /** The value of input {@code i}. */
        FloatBuffer input(int i);

        /** The output's value. */
        FloatBuffer output();

        /** The gradient of the loss by the output. */
        FloatBuffer outputGradient();

        /** Whether input {@code i} wants a gradient. */
        boolean wanted(int i);

        /** The gradient of input {@code i}, to be added to; only where it is {@link #wanted}. */
        FloatBuffer inputGradient(int i);
    }
}
