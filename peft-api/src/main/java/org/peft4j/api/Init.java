package org.peft4j.api;

/**
 * The first values of a parameter. Random ones come from a stream of their own that follows from the run's seed and the
 * parameter's key, so they depend neither on the order of creation nor on other parameters.
 */
public sealed interface Init {
    /** All zero. */
    record Zeros() implements Init {}

    /** All one. */
    record Ones() implements Init {}

    /**
     * All the same.
     *
     * @param value that value
     */
    record Constant(double value) implements Init {}

    /**
     * Normally distributed.
     *
     * @param mean the mean
     * @param std the standard deviation
     */
    record Normal(double mean, double std) implements Init {}

    /**
     * Uniform on [-bound, bound).
     *
     * @param bound the bound
     */
    record Uniform(double bound) implements Init {}

    /**
     * Uniform with bound {@code sqrt(6 / ((1 + a^2) * fanIn))}, fan-in being the last dimension (He et al. 2015); with
     * {@code a = sqrt(5)} the bound is {@code 1 / sqrt(fanIn)}, a linear layer's usual start.
     *
     * @param a the negative slope
     */
    record KaimingUniform(double a) implements Init {}

    /**
     * Given values, row-major.
     *
     * @param values one per element; not copied
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Values(float[] values) implements Init {}
}
