package org.peft4j.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the rows answered to a prompt, with each row's first seed that has answers; equal answers are one. */
final class Answers {
    /** An answer and the rows that gave it. */
    record Answer(String text, List<ReportRow> rows) {}

    private Answers() {}

    /** The answers to one of the report's examples, in the order of the rows. */
    static List<Answer> of(List<ReportRow> rows, int example) {
        Map<String, List<ReportRow>> byText = new LinkedHashMap<>();
        for (ReportRow row : rows) {
            row.runs().stream()
                    .filter(r -> r.outcome().isOk() && r.outputs().size() > example)
                    .findFirst()
                    .ifPresent(run -> byText.computeIfAbsent(run.outputs().get(example), t -> new ArrayList<>())
                            .add(row));
        }
        return byText.entrySet().stream()
                .map(e -> new Answer(e.getKey(), e.getValue()))
                .toList();
    }
}
