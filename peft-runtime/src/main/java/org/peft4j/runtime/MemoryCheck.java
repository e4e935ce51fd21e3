package org.peft4j.runtime;

/** What is done where a run's {@link MemoryEstimate} is more than the machine has left. */
public enum MemoryCheck {
    /** The run is refused before its first step. */
    REFUSE,
    /** The listener is told; the run begins. */
    WARN,
    /** Nothing is estimated. */
    OFF
}
