package org.peft4j.runtime;

/**
 * A kind of schedule, chosen by name in a configuration. Applications add their own by a Guice multibinding.
 *
 * @param <C> its settings, a public record of an exported package
 */
public interface ScheduleFactory<C extends Record> {
    /** The name by which it is chosen, lower-case-with-hyphens. */
    String name();

    /** The record of its settings. */
    Class<C> configType();

    /** A schedule for a run of so many steps. */
    Schedule create(C config, long totalSteps);
}
