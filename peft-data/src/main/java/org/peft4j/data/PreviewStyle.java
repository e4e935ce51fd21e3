package org.peft4j.data;

/**
 * How a preview looks.
 *
 * @param width the longest line in characters, at least 40
 * @param linesEach the most lines of one masked or trained stretch, at least 1
 * @param ansi whether to dim what is masked by escape codes of a terminal
 */
public record PreviewStyle(int width, int linesEach, boolean ansi) {
    /** Keeps both numbers in their ranges. */
    public PreviewStyle {
        width = Math.max(40, width);
        linesEach = Math.max(1, linesEach);
    }

    /** For files and pipes. */
    public static PreviewStyle plain() {
        return new PreviewStyle(100, 3, false);
    }

    /** For a terminal of this width. */
    public static PreviewStyle terminal(int width) {
        return new PreviewStyle(width, 3, true);
    }
}
