package org.peft4j.report;

import java.util.Arrays;
import java.util.Locale;

/**
 * How the numbers of one figure are shown: one unit and as many decimals for all of them, so that they can be compared
 * at a glance.
 *
 * @param unit what follows the number, empty where there is none
 * @param divisor what numbers are divided by
 * @param decimals behind the point; negative for a power of ten
 * @param signed whether a plus is written
 */
record Scale(String unit, double divisor, int decimals, boolean signed) {
    /** The scale that suits all these values; values of 0 don't count. */
    static Scale of(Figure figure, double... values) {
        double[] sizes =
                Arrays.stream(values).map(Math::abs).filter(v -> v > 0).sorted().toArray();
        double least = sizes.length == 0 ? 1 : sizes[0];
        double most = sizes.length == 0 ? 1 : sizes[sizes.length - 1];
        return switch (figure.unit()) {
            case COUNT -> new Scale("", 1, 0, false);
            case FRACTION -> new Scale("%", 0.01, least < 1e-3 ? 3 : least < 0.1 ? 2 : 1, false);
            case NATS -> new Scale("", 1, 4, false);
            case SIGNED_NATS -> new Scale("", 1, most < 0.01 ? 4 : 3, true);
            case PLAIN -> new Scale("", 1, least < 10 ? 3 : least < 100 ? 2 : 1, false);
            case POINTS -> new Scale("", 1, 1, false);
            case SCORE -> new Scale("", 1, 3, false);
            case TOKENS_PER_SECOND -> new Scale("tokens/s", 1, least < 10 ? 1 : 0, false);
            case SECONDS -> seconds(least, most);
            case BYTES -> bytes(least, most);
            case SMALL -> new Scale("", 1, -1, false);
        };
    }

    private static Scale seconds(double least, double most) {
        if (most < 180) {
            return new Scale("s", 1, least < 1 ? 2 : least < 100 ? 1 : 0, false);
        }
        return most < 7200
                ? new Scale("min", 60, least < 60 ? 2 : 1, false)
                : new Scale("h", 3600, least < 3600 ? 2 : 1, false);
    }

    /** By the smallest, unless the largest would have too many digits then. */
    private static Scale bytes(double least, double most) {
        String[] units = {"B", "KB", "MB", "GB", "TB"};
        int power = 0;
        while (power < units.length - 1
                && (least >= Math.pow(1000, power + 1) || most >= 1e5 * Math.pow(1000, power))) {
            power++;
        }
        double divisor = Math.pow(1000, power);
        double shown = least / divisor;
        int decimals = power == 0 || shown >= 100 ? 0 : shown >= 10 ? 1 : 2;
        return new Scale(units[power], divisor, decimals, false);
    }

    /** A number without its unit. */
    String number(double value) {
        if (decimals < 0) {
            return value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value).replace("e-0", "e-");
        }
        double shown = value / divisor;
        // What is rounded to nothing has no sign.
        if (Math.abs(shown) < 0.5 * Math.pow(10, -decimals)) {
            shown = 0;
        }
        return String.format(Locale.ROOT, (signed && shown != 0 ? "%+,." : "%,.") + decimals + "f", shown);
    }

    /** The number behind the sign of a spread, never signed itself. */
    String deviation(double value) {
        return new Scale(unit, divisor, decimals, false).number(value);
    }

    /** A number with its unit. */
    String text(double value) {
        return number(value) + suffix();
    }

    /** Mean and, where seeds can differ and there are several, spread; without the unit. */
    String numbers(Figure figure, Spread spread) {
        boolean alone = spread.count() == 1 || (figure.exact() && spread.deviation() == 0);
        return number(spread.mean()) + (alone ? "" : " \u00b1 " + deviation(spread.deviation()));
    }

    /** As {@link #numbers}, with the unit. */
    String text(Figure figure, Spread spread) {
        return numbers(figure, spread) + suffix();
    }

    private String suffix() {
        return unit.isEmpty() ? "" : " " + unit;
    }
}
