package org.peft4j.api;

import java.util.regex.Pattern;

/** A text that may be looked at only so often: an expression from someone's adapter may otherwise try for years. */
final class BoundedText implements CharSequence {
    private static final int MAX_LOOKS = 1_000_000;

    private final String text;
    private final String expression;
    private int looks;

    private BoundedText(String text, String expression) {
        this.text = text;
        this.expression = expression;
    }

    /** {@link Pattern#matches}, but with an end. */
    static boolean matches(String expression, String text) {
        try {
            return Pattern.matches(expression, new BoundedText(text, expression));
        } catch (StackOverflowError e) {
            throw tooCostly(expression, e);
        }
    }

    private static PeftException tooCostly(String expression, Throwable cause) {
        String shown = expression.length() > 100 ? expression.substring(0, 100) + "..." : expression;
        return PeftException.of(
                "target-expression",
                "the expression '" + shown + "' of target modules takes too long to match",
                "Write it without a repetition within a repetition, or list the modules' names.",
                cause);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public char charAt(int index) {
        if (++looks > MAX_LOOKS) {
            throw tooCostly(expression, null);
        }
        return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.substring(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
