package org.peft4j.data;

/**
 * Where a row comes from, for error messages.
 *
 * @param source the file as the user named it
 * @param line from 1; 0 where there are no lines
 * @param row from 1 where rows are counted besides lines, as in a JSON array; else 0
 */
public record Origin(String source, int line, int row) {
    /** A line of a file. */
    public static Origin line(String source, int line) {
        return new Origin(source, line, 0);
    }

    /** For example {@code train.jsonl line 12}. */
    @Override
    public String toString() {
        return source + (line > 0 ? " line " + line : "") + (row > 0 ? " (row " + row + ")" : "");
    }
}
