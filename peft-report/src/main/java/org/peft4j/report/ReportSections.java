package org.peft4j.report;

import java.util.List;

/** The page's sections below the pictures. */
final class ReportSections {
    private static final int OPEN_EXAMPLES = 3;

    private final ComparisonReport report;
    private final List<ReportRow> rows;

    ReportSections(ComparisonReport report) {
        this.report = report;
        this.rows = Columns.sorted(report.rows());
    }

    /** The answers to each prompt beside the reference. */
    String generations() {
        StringBuilder out = new StringBuilder();
        int examples = report.examples().size();
        for (int i = 0; i < examples; i++) {
            if (i == OPEN_EXAMPLES) {
                out.append("<details><summary>")
                        .append(Prose.count(examples - i, "more prompt", "more prompts"))
                        .append("</summary>");
            }
            example(i, out);
        }
        return out.append(examples > OPEN_EXAMPLES ? "</details>" : "").toString();
    }

    private void example(int index, StringBuilder out) {
        Example example = report.examples().get(index);
        List<Answers.Answer> answers = Answers.of(rows, index);
        out.append("<article class=\"example\"><p class=\"prompt\"><span class=\"tag\">Prompt</span>")
                .append(Html.text(example.prompt()))
                .append("</p><div class=\"answers\">");
        if (!example.reference().isEmpty()) {
            out.append("<div class=\"answer reference\"><h3>Reference</h3><p>")
                    .append(Html.text(example.reference()))
                    .append("</p></div>");
        }
        for (Answers.Answer answer : answers) {
            out.append("<div class=\"answer\"><h3>");
            for (ReportRow row : answer.rows()) {
                out.append("<span class=\"who\">")
                        .append(Html.swatch(report.rows().indexOf(row)))
                        .append("<span>")
                        .append(Html.text(row.label()))
                        .append("</span></span>");
            }
            out.append("</h3><p>");
            boolean equal = answer.text().strip().equals(example.reference().strip());
            out.append(
                    answer.text().isBlank()
                            ? "<em>nothing</em>"
                            : WordDiff.html(answer.text().strip(), example.reference()));
            out.append("</p>")
                    .append(equal ? "<p class=\"equal\">\u2713 equals the reference</p>" : "")
                    .append("</div>");
        }
        out.append("</div></article>");
    }

    /** Each row's settings and what its sweep tried. */
    String settings() {
        StringBuilder out = new StringBuilder(
                "<div class=\"scroll\" role=\"region\" aria-label=\"Settings\" tabindex=\"0\"><table class=\"plain\"><thead><tr>"
                        + "<th scope=\"col\">Row</th><th scope=\"col\">Method</th><th scope=\"col\">Settings</th><th scope=\"col\">Tried</th></tr></thead><tbody>");
        for (ReportRow row : rows) {
            out.append("<tr><th scope=\"row\">")
                    .append(Html.text(row.label()))
                    .append("</th><td><code>")
                    .append(Html.text(row.method()))
                    .append("</code></td><td>")
                    .append(Html.text(ResultsCsv.settings(row.settings())))
                    .append("</td><td>");
            trials(row, out);
            out.append("</td></tr>");
        }
        return out.append("</tbody></table></div>").toString();
    }

    private static void trials(ReportRow row, StringBuilder out) {
        if (row.trials().isEmpty()) {
            return;
        }
        out.append("<ul class=\"trials\">");
        for (Trial trial : row.trials()) {
            String loss = trial.outcome().isOk()
                    ? trial.figures().get(Figure.HELD_OUT_LOSS).stream()
                            .mapToObj(v -> "loss " + Prose.value(Figure.HELD_OUT_LOSS, v))
                            .findFirst()
                            .orElse("done")
                    : Failures.told(trial.outcome());
            out.append(trial.winner() ? "<li class=\"winner\">" : "<li>")
                    .append(Html.text(ResultsCsv.settings(trial.settings())))
                    .append(": ")
                    .append(Html.text(loss))
                    .append(trial.winner() ? " \u2190 taken" : "")
                    .append("</li>");
        }
        out.append("</ul>");
    }

    /** Estimates beside what was measured. */
    String estimates() {
        StringBuilder out = new StringBuilder();
        for (ReportRow row : rows) {
            List<Estimated> all = Estimated.of(row);
            for (Estimated one : all) {
                out.append("<tr>");
                if (one == all.get(0)) {
                    out.append("<th scope=\"rowgroup\" rowspan=\"")
                            .append(all.size())
                            .append("\">")
                            .append(Html.text(row.label()))
                            .append("</th>");
                }
                for (String cell : List.of(one.figure().label(), one.expected(), one.measured(), one.error())) {
                    out.append("<td>").append(Html.text(cell)).append("</td>");
                }
                out.append("</tr>");
            }
        }
        return out.isEmpty()
                ? ""
                : "<div class=\"scroll\" role=\"region\" aria-label=\"Estimates\" tabindex=\"0\"><table class=\"plain estimates\"><thead><tr><th scope=\"col\">Row</th>"
                        + "<th scope=\"col\">Figure</th><th scope=\"col\">Estimated</th><th scope=\"col\">Measured</th><th scope=\"col\">Off by</th></tr></thead><tbody>"
                        + out + "</tbody></table></div>";
    }

    /** Base, data, budget and provenance. */
    String origins() {
        StringBuilder out = new StringBuilder("<div class=\"origins\">");
        Origins.of(report).forEach((name, facts) -> {
            out.append("<div><h3>").append(Html.text(name)).append("</h3><dl>");
            facts.forEach((key, value) -> out.append("<dt>")
                    .append(Html.text(key))
                    .append("</dt><dd>")
                    .append(Html.text(value))
                    .append("</dd>"));
            out.append("</dl></div>");
        });
        return out.append("</div>").toString();
    }
}
