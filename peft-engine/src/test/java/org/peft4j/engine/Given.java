package org.peft4j.engine;

import java.util.SplittableRandom;

/** Random values of a shape, the same for the same seed. */
record Given(float[] values, long... shape) {
    static Given normal(long seed, long... shape) {
        return normal(seed, 1.0, shape);
    }

    static Given normal(long seed, double std, long... shape) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (std * random.nextGaussian());
        }
        return new Given(values, shape);
    }

    /** Values with a magnitude between low and high, of both signs where {@code signed}. */
    static Given between(long seed, double low, double high, boolean signed, long... shape) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[size(shape)];
        for (int i = 0; i < values.length; i++) {
            double magnitude = low + (high - low) * random.nextDouble();
            values[i] = (float) (signed && random.nextBoolean() ? -magnitude : magnitude);
        }
        return new Given(values, shape);
    }

    private static int size(long... shape) {
        long n = 1;
        for (long d : shape) {
            n *= d;
        }
        return Math.toIntExact(n);
    }

    int cols() {
        return (int) shape[shape.length - 1];
    }

    int rows() {
        return values.length / cols();
    }

    Tensor on(Tape tape) {
        return tape.leaf(values, true, shape);
    }

    Tensor constantOn(Tape tape) {
        return tape.leaf(values, false, shape);
    }
}
