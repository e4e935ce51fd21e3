package org.peft4j.runtime;

/** Why a run ended. */
public enum StopReason {
    /** All steps were made. */
    COMPLETED,
    /** Somebody asked it to stop. */
    INTERRUPTED,
    /** The held-out loss made no more progress. */
    NO_PROGRESS,
    /** The loss or its gradient was no longer a finite number. */
    DIVERGED
}
