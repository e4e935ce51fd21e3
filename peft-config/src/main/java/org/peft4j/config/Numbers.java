package org.peft4j.config;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Numbers as people write them in settings: {@code 8}, {@code 1_000}, {@code 5e-3}, {@code 1e3}, {@code .5}. YAML 1.1 parsers
 * take {@code 5e-3} for text (no point, no sign), which is the classic trap of learning rates; here it is a number.
 */
final class Numbers {
    private static final Pattern FORM =
            Pattern.compile("[-+]?(\\.\\d+|\\d[\\d_]*(\\.\\d*)?)([eE][-+]?\\d{1,9})?", Pattern.DOTALL);

    /** No long has more digits; checked before a value like 1e999999999 is expanded. */
    private static final long MOST_DIGITS = 19;

    /** Nobody writes a longer one by hand, and exact arithmetic on megabytes of digits takes minutes. */
    private static final int MOST_CHARACTERS = 100;

    private Numbers() {}

    static boolean isNumber(String text) {
        return text.length() <= MOST_CHARACTERS && FORM.matcher(text).matches();
    }

    /** The whole number a text stands for; empty if it is none or does not fit a long. */
    static Optional<Long> whole(String text) {
        if (!isNumber(text)) {
            return Optional.empty();
        }
        BigDecimal value = decimal(text);
        if (value.signum() == 0) {
            return Optional.of(0L);
        }
        if ((long) value.precision() - value.scale() > MOST_DIGITS
                || value.stripTrailingZeros().scale() > 0) {
            return Optional.empty();
        }
        BigInteger exact = value.toBigIntegerExact();
        return exact.bitLength() < Long.SIZE ? Optional.of(exact.longValueExact()) : Optional.empty();
    }

    /** Whether the text is a number without a fraction, of whatever size. */
    static boolean isIntegral(String text) {
        return isNumber(text) && decimal(text).stripTrailingZeros().scale() <= 0;
    }

    /** The number a text stands for, rounded to a double; empty if it is none or too large for one. */
    static Optional<Double> real(String text) {
        if (!isNumber(text)) {
            return Optional.empty();
        }
        double value = Double.parseDouble(text.replace("_", ""));
        return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
    }

    /** A Long where the text is written as a whole number, else a Double; the text itself where neither holds it. */
    static Object plain(String text) {
        boolean digitsOnly = text.chars().noneMatch(c -> c == '.' || c == 'e' || c == 'E');
        Optional<Long> whole = digitsOnly ? whole(text) : Optional.empty();
        return whole.<Object>map(n -> n).or(() -> real(text)).orElse(text);
    }

    private static BigDecimal decimal(String text) {
        return new BigDecimal(text.replace("_", ""));
    }
}
