package org.peft4j.runtime;

import org.peft4j.engine.ParameterSet;

/**
 * A kind of optimizer, chosen by name in a configuration. Applications add their own by a Guice multibinding.
 *
 * @param <C> its settings, a public record of an exported package
 */
public interface OptimizerFactory<C extends Record> {
    /** The name by which it is chosen, lower-case-with-hyphens. */
    String name();

    /** The record of its settings. */
    Class<C> configType();

    /** The highest learning rate, which the schedule scales. */
    double learningRate(C config);

    /** An optimizer of these parameters. */
    Optimizer create(C config, ParameterSet parameters);
}
