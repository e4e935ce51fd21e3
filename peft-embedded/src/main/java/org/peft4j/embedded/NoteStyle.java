package org.peft4j.embedded;

import java.util.List;
import java.util.SplittableRandom;

/**
 * How a list of labelled values is jotted down. The task's own style (equals signs with semicolons, and a double arrow) is
 * not among them: the adapter has to learn it.
 */
record NoteStyle(String head, String bullet, String between, String separator, String tail, Labels labels) {
    private static final List<String> HEADS = List.of("", "", "", "Notes: ", "Notes:\n", "Facts: ", "Known: ", "* ");
    private static final List<String> BULLETS = List.of("", "", "", "", "- ", "* ");
    private static final List<String> BETWEENS =
            List.of(": ", ": ", ": ", " = ", " = ", " - ", " is ", " -> ", ":\n", " (");
    private static final List<String> SEPARATORS = List.of("\n", "\n", ", ", "; ", ". ", " / ", ",\n");
    private static final List<String> TAILS = List.of("", "", ".", "\n", " ...");

    /** Which labels are written. */
    enum Labels {
        AS_GIVEN,
        CAPITAL,
        UPPER,
        NONE,
        VALUE_FIRST
    }

    /** Draws a style. */
    static NoteStyle draw(SplittableRandom random) {
        int kind = random.nextInt(20);
        Labels labels = kind < 13
                ? Labels.AS_GIVEN
                : kind < 16 ? Labels.CAPITAL : kind < 17 ? Labels.UPPER : kind < 18 ? Labels.NONE : Labels.VALUE_FIRST;
        String between = one(BETWEENS, random);
        String separator = one(SEPARATORS, random);
        if (between.equals(" = ") && separator.equals("; ")) {
            separator = "\n";
        }
        return new NoteStyle(one(HEADS, random), one(BULLETS, random), between, separator, one(TAILS, random), labels);
    }

    /** One labelled value. */
    String item(String label, String value) {
        String close = between.endsWith("(") ? ")" : "";
        return bullet
                + switch (labels) {
                    case AS_GIVEN -> label + between + value + close;
                    case CAPITAL ->
                        Character.toUpperCase(label.charAt(0)) + label.substring(1) + between + value + close;
                    case UPPER -> label.toUpperCase(java.util.Locale.ROOT) + between + value + close;
                    case NONE -> value;
                    case VALUE_FIRST -> value + " (" + label + ")";
                };
    }

    /** The whole note. */
    String join(List<String> items) {
        return head + String.join(separator, items) + tail;
    }

    private static String one(List<String> options, SplittableRandom random) {
        return options.get(random.nextInt(options.size()));
    }
}
