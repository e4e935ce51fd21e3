package org.peft4j.api;

import java.util.Objects;

/**
 * The wish for a parameter.
 *
 * @param name its name at its site, as file keys end: {@code lora_A.weight}
 * @param init its first values
 * @param shape its dimensions, each at least 1
 * @param learningRateScale its learning rate relative to the optimizer's (LoRA+ trains B faster than A); above 0
 * @param weightDecay whether the optimizer's weight decay applies to it
 * @param trainable whether it is trained; one that is not keeps its first values
 * @param saved whether it is part of the adapter's files
 */
public record ParamSpec(
        String name,
        Init init,
        Shape shape,
        double learningRateScale,
        boolean weightDecay,
        boolean trainable,
        boolean saved) {
    /** Checks the name, the shape and the scale. */
    public ParamSpec {
        Objects.requireNonNull(init, "init");
        if (name.isBlank()) {
            throw new IllegalArgumentException("a parameter needs a name");
        }
        if (!(learningRateScale > 0)) {
            throw new IllegalArgumentException("learning-rate scale of " + name + " must be above 0");
        }
    }

    /** A trained, saved parameter with weight decay and the optimizer's own learning rate. */
    public static ParamSpec of(String name, Init init, long... shape) {
        return new ParamSpec(name, init, Shape.of(shape), 1.0, true, true, true);
    }

    /** The same with its learning rate multiplied. */
    public ParamSpec withLearningRateScale(double scale) {
        return new ParamSpec(name, init, shape, scale, weightDecay, trainable, saved);
    }

    /** The same without weight decay. */
    public ParamSpec withoutWeightDecay() {
        return new ParamSpec(name, init, shape, learningRateScale, false, trainable, saved);
    }

    /** The same, constant: it takes part in the forward pass but is never trained. */
    public ParamSpec frozen() {
        return new ParamSpec(name, init, shape, learningRateScale, false, false, saved);
    }

    /**
     * The same, left out of the adapter's files: either it follows from the settings and the seed alone, or what a loaded adapter
     * needs of it is written by {@link Installer#derived}.
     */
    public ParamSpec unsaved() {
        return new ParamSpec(name, init, shape, learningRateScale, weightDecay, trainable, false);
    }
}
