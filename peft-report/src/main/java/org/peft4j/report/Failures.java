package org.peft4j.report;

import java.util.ArrayList;
import java.util.List;

/** What has no result, and why. */
final class Failures {
    private Failures() {}

    /** A sentence for each row and each run without a result. */
    static List<String> of(List<ReportRow> rows) {
        List<String> sentences = new ArrayList<>();
        for (ReportRow row : rows) {
            if (!row.outcome().isOk()) {
                sentences.add(row.label() + " has no result, " + told(row.outcome()));
            } else {
                row.runs().stream()
                        .filter(r -> !r.outcome().isOk())
                        .forEach(
                                r -> sentences.add(row.label() + " lacks seed " + r.seed() + ", " + told(r.outcome())));
            }
        }
        return sentences;
    }

    /** {@code failed: the reason.} */
    static String told(Outcome outcome) {
        String status = outcome.status() == Outcome.Status.SKIPPED ? "skipped" : "failed";
        String reason = outcome.reason().strip().replaceAll("\\s+", " ");
        String end = reason.isEmpty() || reason.endsWith(".") ? "" : ".";
        return reason.isEmpty() ? status + "." : status + ": " + reason + end;
    }
}
