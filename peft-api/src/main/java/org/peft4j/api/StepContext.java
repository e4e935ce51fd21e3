package org.peft4j.api;

/** A finished optimizer step, as {@link Installer#afterStep} sees it. */
public interface StepContext {
    /** The number of steps done, from 1. */
    long step();

    /** The number of steps planned. */
    long totalSteps();

    /** A copy of a parameter's values, row-major. */
    float[] value(Param param);

    /** A copy of the step's gradient of a trainable parameter, row-major, after clipping. */
    float[] gradient(Param param);

    /** Replaces a parameter's values. */
    void assign(Param param, float[] values);
}
