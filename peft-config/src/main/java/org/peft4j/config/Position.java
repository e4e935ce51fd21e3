package org.peft4j.config;

/**
 * Where something stands, for error messages.
 *
 * @param source the file as the user named it, or what else the text came from
 * @param line from 1; 0 where the source has no lines, as an override on the command line
 * @param column from 1; 0 where the source has no lines
 */
public record Position(String source, int line, int column) {
    /** A place without lines. */
    public static Position in(String source) {
        return new Position(source, 0, 0);
    }

    /** For example {@code run.yaml line 7}. */
    @Override
    public String toString() {
        return line == 0 ? source : source + " line " + line;
    }
}
