package org.peft4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code results.csv}: a line for each row and seed with every figure at full precision, in the units of {@link Figure}.
 * A row without runs has one line without a seed. Quoting as in RFC 4180, lines end with a line feed.
 */
public final class ResultsCsv {
    private ResultsCsv() {}

    /** The file's text. */
    public static String of(ComparisonReport report) {
        StringBuilder out = new StringBuilder();
        List<String> head = new ArrayList<>(List.of("row", "method", "settings", "seed", "status", "reason"));
        for (Figure figure : Figure.values()) {
            head.add(figure.key());
        }
        line(head, out);
        for (ReportRow row : report.rows()) {
            for (SeedRun run : row.runs()) {
                line(fields(row, Long.toString(run.seed()), run.outcome(), run.figures()), out);
            }
            if (row.runs().isEmpty()) {
                line(fields(row, "", row.outcome(), Figures.none()), out);
            }
        }
        return out.toString();
    }

    private static List<String> fields(ReportRow row, String seed, Outcome outcome, Figures figures) {
        List<String> fields = new ArrayList<>();
        fields.add(row.label());
        fields.add(row.method());
        fields.add(settings(row.settings()));
        fields.add(seed);
        fields.add(outcome.status().name().toLowerCase(Locale.ROOT));
        fields.add(outcome.reason());
        for (Figure figure : Figure.values()) {
            fields.add(
                    figures.get(figure).isPresent() ? number(figures.get(figure).getAsDouble()) : "");
        }
        return fields;
    }

    static String settings(Map<String, String> settings) {
        return settings.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1L << 53
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static void line(List<String> fields, StringBuilder out) {
        out.append(fields.stream().map(ResultsCsv::quoted).collect(Collectors.joining(",")))
                .append('\n');
    }

    private static String quoted(String field) {
        boolean plain = field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? field : '"' + field.replace("\"", "\"\"") + '"';
    }
}
