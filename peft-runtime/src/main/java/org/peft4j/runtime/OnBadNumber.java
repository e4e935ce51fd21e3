package org.peft4j.runtime;

/** What becomes of a run when a step's loss or gradient is NaN or infinite. */
public enum OnBadNumber {
    /** It ends with the adapter of the last good step. */
    STOP,
    /** The step's update is left out; the run ends when ten steps in a row are bad. */
    SKIP
}
