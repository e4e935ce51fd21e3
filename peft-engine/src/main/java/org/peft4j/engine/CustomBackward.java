package org.peft4j.engine;

import java.nio.FloatBuffer;
import org.peft4j.api.CustomOp;

/** What a custom operation's backward pass sees. */
record CustomBackward(Tape tape, Tensor[] inputs, Tensor result) implements CustomOp.Backward {
    @Override
    public FloatBuffer input(int i) {
        return inputs[i].value().view();
    }

    @Override
    public FloatBuffer output() {
        return result.value().view();
    }

    @Override
    public FloatBuffer outputGradient() {
        return result.gradient.buf.view();
    }

    @Override
    public boolean wanted(int i) {
        return inputs[i].needsGradient;
    }

    @Override
    public FloatBuffer inputGradient(int i) {
        if (!wanted(i)) {
            throw new IllegalArgumentException("input " + i + " wants no gradient");
        }
        if (tape.openGradient(inputs[i]) == 0f) {
            inputs[i].gradient.buf.fill(0f);
        }
        return inputs[i].gradient.buf.view();
    }
}
