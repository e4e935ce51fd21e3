package org.peft4j.compare;

import java.util.List;
import java.util.Optional;

/**
 * What a comparison is going to do, and what it will take.
 *
 * @param spec the comparison
 * @param rows each of its rows
 * @param memoryLimit most bytes that a run may take
 * @param remainingSeconds estimate of all that is not finished
 */
public record ComparisonPlan(ComparisonSpec spec, List<Planned> rows, long memoryLimit, double remainingSeconds) {
    /** Copies the list. */
    public ComparisonPlan {
        rows = List.copyOf(rows);
    }

    /**
     * What a row will take.
     *
     * @param row the row
     * @param trainable parameters that are trained; the most of its settings
     * @param trials settings that are tried before it runs
     * @param runs how often it runs
     * @param trial what a trial takes; the most of its settings
     * @param run what a run takes; the most of its settings
     * @param finished how many of trials and runs an earlier comparison has finished
     * @param problem why it isn't run at all
     */
    public record Planned(
            Row row,
            long trainable,
            int trials,
            int runs,
            Estimate trial,
            Estimate run,
            int finished,
            Optional<String> problem) {
        /** Estimate of all its trials and runs, finished or not. */
        public double seconds() {
            return problem.isPresent() ? 0 : trials * trial.seconds() + runs * run.seconds();
        }
    }
}
