package org.peft4j.runtime;

/** How the learning rate changes over a run. */
@FunctionalInterface
public interface Schedule {
    /**
     * The rate relative to the highest one.
     *
     * @param step the step about to be made, from 0
     * @return above 0
     */
    double factor(long step);
}
