package org.peft4j.compare;

import java.util.Map;
import java.util.Optional;

/**
 * What became of a row.
 *
 * @param row the row
 * @param chosen the settings its runs used; empty if none could be chosen
 * @param trials what was tried, in order
 * @param runs its runs by seed
 * @param estimate what a run was expected to take
 * @param problem why it was not run at all
 */
record RowResult(
        Row row,
        Optional<Row.Candidate> chosen,
        Map<Row.Candidate, UnitResult> trials,
        Map<Long, UnitResult> runs,
        Optional<Estimate> estimate,
        Optional<String> problem) {
    static RowResult skipped(ComparisonPlan.Planned planned) {
        return new RowResult(
                planned.row(), Optional.empty(), Map.of(), Map.of(), Optional.of(planned.run()), planned.problem());
    }
}
