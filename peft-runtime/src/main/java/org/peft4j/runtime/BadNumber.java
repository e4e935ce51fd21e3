package org.peft4j.runtime;

import java.util.List;

/**
 * A step whose loss or gradient is NaN or infinite.
 *
 * @param step its number, from 1
 * @param what what is no finite number, with its value
 * @param where the parameter or the place in the model where it went bad first, as far as can be told
 * @param rows the rows that are bad by themselves or, where none is, all rows of the step: file and line
 */
public record BadNumber(long step, String what, String where, List<String> rows) {
    /** How many rows a sentence names. */
    private static final int NAMED = 6;

    /** Copies the list. */
    public BadNumber {
        rows = List.copyOf(rows);
    }

    /** All of it in one sentence. */
    @Override
    public String toString() {
        String named = String.join(", ", rows.subList(0, Math.min(NAMED, rows.size())));
        String more = rows.size() > NAMED ? " and " + (rows.size() - NAMED) + " more" : "";
        return "step " + step + ": " + what + "; first bad: " + where
                + (rows.isEmpty() ? "" : "; rows: " + named + more);
    }
}
