package org.peft4j.compare;

import org.peft4j.report.ComparisonReport;

/** Is told how a comparison goes. */
public interface ComparisonListener {
    /** Says nothing. */
    ComparisonListener SILENT = new ComparisonListener() {};

    /**
     * A unit of the work begins.
     *
     * @param what for people: the row, and what is done
     * @param remainingSeconds estimate of all that is left; NaN while nothing is known yet
     */
    default void unitStarted(String what, double remainingSeconds) {}

    /**
     * A unit goes on.
     *
     * @param what as when it started
     * @param phase what it does
     * @param step steps of training made
     * @param steps all of them; 0 where it doesn't train
     * @param loss of the last step; NaN where there is none
     * @param remainingSeconds as when it started
     */
    default void unitProgress(String what, String phase, long step, long steps, double loss, double remainingSeconds) {}

    /**
     * A unit is finished.
     *
     * @param what as when it started
     * @param outcome for people, one line
     * @param earlier whether an earlier comparison had finished it
     */
    default void unitFinished(String what, String outcome, boolean earlier) {}

    /** Everything was tried out; nothing has been trained yet. */
    default void planned(ComparisonPlan plan) {}

    /** All rows are through. */
    default void finished(ComparisonReport report) {}
}
