package org.peft4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** {@code report.md}: summary, figures, settings, estimates, generations and provenance as Markdown with tables. */
public final class MarkdownReport {
    private final ComparisonReport report;
    private final List<ReportRow> rows;
    private final StringBuilder out = new StringBuilder();

    private MarkdownReport(ComparisonReport report) {
        this.report = report;
        this.rows = Columns.sorted(report.rows());
    }

    /** The file's text. */
    public static String of(ComparisonReport report) {
        MarkdownReport markdown = new MarkdownReport(report);
        markdown.all();
        return markdown.out.toString();
    }

    private void all() {
        out.append("# ").append(text(report.title())).append("\n\n");
        Summary summary = Summary.of(report);
        out.append("**").append(text(summary.headline())).append("**\n\n");
        summary.points().forEach(p -> out.append("- ").append(text(p)).append('\n'));
        out.append("\n## Figures\n\n");
        figures();
        out.append('\n').append(text(Summary.RULE)).append(" The best and those not told apart from it are bold.\n");
        settings();
        estimates();
        examples();
        provenance();
    }

    private void figures() {
        List<Columns.Column> columns = Columns.of(rows, Columns.ORDER);
        List<String> head = new ArrayList<>(List.of("Row"));
        columns.forEach(c -> head.add(c.heading()));
        List<List<String>> lines = new ArrayList<>();
        for (ReportRow row : rows) {
            List<String> line = new ArrayList<>(List.of(text(row.label())));
            if (row.outcome().isOk()) {
                columns.forEach(c -> {
                    String cell = c.cell(row);
                    line.add(c.leads(row) ? "**" + cell + "**" : cell);
                });
            } else {
                line.add(text(Failures.told(row.outcome())));
            }
            lines.add(line);
        }
        table(head, lines, true);
    }

    private void settings() {
        out.append("\n## Settings\n\n");
        List<List<String>> lines = new ArrayList<>();
        for (ReportRow row : rows) {
            lines.add(List.of(
                    text(row.label()), text(row.method()), text(ResultsCsv.settings(row.settings())), trials(row)));
        }
        table(List.of("Row", "Method", "Settings", "Tried, with held-out loss"), lines, false);
    }

    private static String trials(ReportRow row) {
        return row.trials().stream()
                .map(t -> text(ResultsCsv.settings(t.settings())) + ": "
                        + (t.outcome().isOk() ? loss(t) : text(Failures.told(t.outcome())))
                        + (t.winner() ? " (taken)" : ""))
                .collect(Collectors.joining("<br>"));
    }

    private static String loss(Trial trial) {
        return trial.figures().get(Figure.HELD_OUT_LOSS).stream()
                .mapToObj(v -> Prose.value(Figure.HELD_OUT_LOSS, v))
                .findFirst()
                .orElse("-");
    }

    private void estimates() {
        List<List<String>> lines = new ArrayList<>();
        for (ReportRow row : rows) {
            for (Estimated estimated : Estimated.of(row)) {
                lines.add(List.of(
                        text(row.label()),
                        estimated.figure().label(),
                        estimated.expected(),
                        estimated.measured(),
                        estimated.error()));
            }
        }
        if (!lines.isEmpty()) {
            out.append("\n## Plan and measurement\n\n");
            table(List.of("Row", "Figure", "Estimated", "Measured", "Estimate was off by"), lines, false);
        }
    }

    private void examples() {
        if (report.examples().isEmpty()) {
            return;
        }
        out.append("\n## Generations\n");
        for (int i = 0; i < report.examples().size(); i++) {
            Example example = report.examples().get(i);
            out.append("\nPrompt:\n\n");
            fenced(example.prompt());
            if (!example.reference().isEmpty()) {
                out.append("\nReference:\n\n");
                fenced(example.reference());
            }
            for (Answers.Answer answer : Answers.of(rows, i)) {
                out.append('\n').append(text(Prose.labels(answer.rows()))).append(":\n\n");
                fenced(answer.text());
            }
        }
    }

    private void provenance() {
        out.append("\n## Where these figures come from\n\n");
        List<List<String>> lines = new ArrayList<>();
        Origins.of(report)
                .forEach((name, facts) ->
                        facts.forEach((key, value) -> lines.add(List.of(text(name), text(key), text(value)))));
        table(List.of("", "", ""), lines, false);
    }

    private void table(List<String> head, List<List<String>> lines, boolean numbers) {
        out.append("| ").append(String.join(" | ", head)).append(" |\n|---|");
        out.append((numbers ? "---:|" : "---|").repeat(head.size() - 1)).append('\n');
        for (List<String> line : lines) {
            out.append("| ").append(String.join(" | ", line));
            out.append(" |".repeat(1 + head.size() - line.size())).append('\n');
        }
    }

    /** A fence longer than any run of backticks in the text. */
    private void fenced(String text) {
        String fence = "```";
        while (text.contains(fence)) {
            fence += "`";
        }
        out.append(fence)
                .append("text\n")
                .append(text)
                .append('\n')
                .append(fence)
                .append('\n');
    }

    /** Text that is shown as it is: nothing in it is markup, and it stays in its line. */
    static String text(String text) {
        return text.replaceAll("\\s+", " ")
                .replaceAll("([\\\\`*_\\[\\]#|~])", "\\\\$1")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;");
    }
}
