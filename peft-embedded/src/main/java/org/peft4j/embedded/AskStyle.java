package org.peft4j.embedded;

import java.util.List;
import java.util.SplittableRandom;

/** How what a note holds is asked for and answered. */
record AskStyle(String head, String open, String close, String gap) {
    private static final List<AskStyle> STYLES = List.of(
            new AskStyle("\n", "", "? ", ". "),
            new AskStyle("\n", "What is the ", "? ", ". "),
            new AskStyle("\nThe same in another order: ", "", " ", ", "),
            new AskStyle("\n", "", ": ", "\n"),
            new AskStyle("\n\n", "Q: ", "?\nA: ", "\n"),
            new AskStyle("\n", "the ", " is ", ", "),
            new AskStyle("\n", "", " -> ", "\n"));

    /** Draws a style. */
    static AskStyle draw(SplittableRandom random) {
        return STYLES.get(random.nextInt(STYLES.size()));
    }

    /** One question with its answer. */
    String item(String label, String value) {
        return open + label + close + value;
    }

    /** All of them. */
    String join(List<String> items) {
        return head + String.join(gap, items) + (gap.equals("\n") ? "" : ".");
    }
}
