package org.peft4j.report;

import java.util.List;

/**
 * One run of a row: its settings with one seed.
 *
 * @param seed of the run
 * @param outcome how it ended
 * @param figures what was measured, also of a run that failed
 * @param curve its losses, in the order of steps; training and held-out losses may be points of their own
 * @param outputs its generations, one for each of the report's {@link ComparisonReport#examples()} in their order, or none
 */
public record SeedRun(long seed, Outcome outcome, Figures figures, List<CurvePoint> curve, List<String> outputs) {
    /** Copies the lists. */
    public SeedRun {
        curve = List.copyOf(curve);
        outputs = List.copyOf(outputs);
    }
}
