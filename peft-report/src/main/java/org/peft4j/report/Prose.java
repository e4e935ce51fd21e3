package org.peft4j.report;

import java.util.List;
import java.util.Locale;

/** Small pieces of sentences. */
final class Prose {
    private Prose() {}

    /** {@code a, b and c}. */
    static String list(List<String> items) {
        if (items.size() < 2) {
            return String.join("", items);
        }
        return String.join(", ", items.subList(0, items.size() - 1)) + " and " + items.get(items.size() - 1);
    }

    static String labels(List<ReportRow> rows) {
        return list(rows.stream().map(ReportRow::label).toList());
    }

    static String count(long number, String one, String many) {
        return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? one : many);
    }

    /** Mean and spread with its unit, each for itself. */
    static String value(Figure figure, Spread spread) {
        return Scale.of(figure, spread.mean()).text(figure, spread);
    }

    static String value(Figure figure, double value) {
        return Scale.of(figure, value).text(value);
    }

    /** The label within a sentence: the first letter small, unless it is an abbreviation. */
    static String name(Figure figure) {
        String label = figure.label();
        boolean abbreviation = label.length() > 1 && Character.isUpperCase(label.charAt(1));
        return abbreviation ? label : label.substring(0, 1).toLowerCase(Locale.ROOT) + label.substring(1);
    }

    /** The text with each number held to its spread and its unit when lines are broken. */
    static String glued(String text) {
        return text.replaceAll("(?<=\\d) (?=(\u00b1|\\+-) \\d)", "\u00a0")
                .replaceAll("(?<=\\d (\u00b1|\\+-)|\\d\u00a0(\u00b1|\\+-)) (?=\\d)", "\u00a0")
                .replaceAll("(?<=\\d) (?=(%|[KMGT]?B|s|min|h|tokens/s|seeds?|nats)\\b|%)", "\u00a0");
    }

    static String firstUpper(String text) {
        return text.isEmpty() ? text : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
