package org.peft4j.runtime;

import java.util.List;

/**
 * Generations from held-out prompts.
 *
 * @param shown the first of them
 * @param checked how many were checked for the values of their row's fields
 * @param complete how many of those carry all values
 */
public record Samples(List<Sample> shown, int checked, int complete) {
    /** Copies the list. */
    public Samples {
        shown = List.copyOf(shown);
    }
}
