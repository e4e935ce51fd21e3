package org.peft4j.data;

import java.util.Locale;
import org.peft4j.api.PeftException;

/** The errors of reading data. */
final class DataProblems {
    private static final int SHOWN = 60;

    private DataProblems() {}

    static PeftException file(String what, String remedy) {
        return PeftException.of("data-file", what, remedy);
    }

    static PeftException row(Origin at, String what, String remedy) {
        return PeftException.of("data-row", at + ": " + what + ".", remedy);
    }

    /** A text as an error message can show it: short, on one line, without control characters. */
    static String excerpt(String text) {
        String shown = visible(text.length() > SHOWN ? text.substring(0, SHOWN) : text);
        return "'" + shown + (text.length() > SHOWN ? "..." : "") + "'";
    }

    /** The text with control characters written out, so that data can't drive a terminal. */
    static String visible(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (Character.isISOControl(c) || (Character.getType(c) == Character.FORMAT && c != 0x200D)) {
                        out.append(String.format(Locale.ROOT, "\\u%04x", c));
                    } else {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        return out.toString();
    }
}
