package org.peft4j.report;

import java.util.Locale;

/** Text as HTML, and the marks that tell rows apart in pictures: a colour and a shape each. */
final class Html {
    private static final int COLOURS = 8;
    private static final int SHAPES = 6;

    private Html() {}

    /** Text in which nothing is markup, in an element or in a quoted attribute. */
    static String text(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(allowed(c) ? c : 0xFFFD);
            }
        });
        return out.toString();
    }

    /** Not control characters, which HTML doesn't allow, nor marks that turn the direction of all that follows. */
    private static boolean allowed(int c) {
        boolean control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0);
        boolean direction = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        boolean half = c >= 0xD800 && c <= 0xDFFF;
        return !control && !direction && !half;
    }

    /** A coordinate with at most one decimal. */
    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    /** The class that gives a row its colour. */
    static String colour(int row) {
        return "c" + row % COLOURS;
    }

    /** The row's mark as a path of an SVG, with its middle at x, y. */
    static String mark(int row, double x, double y, double r, String kind) {
        String path = switch ((row + row / COLOURS) % SHAPES) {
            case 0 -> circle(x, y, r);
            case 1 ->
                closed(x - r * .9, y - r * .9, x + r * .9, y - r * .9, x + r * .9, y + r * .9, x - r * .9, y + r * .9);
            case 2 -> closed(x, y - r * 1.25, x + r * 1.25, y, x, y + r * 1.25, x - r * 1.25, y);
            case 3 -> closed(x, y - r * 1.2, x + r * 1.15, y + r * .9, x - r * 1.15, y + r * .9);
            case 4 -> closed(x, y + r * 1.2, x + r * 1.15, y - r * .9, x - r * 1.15, y - r * .9);
            default ->
                closed(
                        x - r * 1.2,
                        y,
                        x - r * .6,
                        y - r * 1.05,
                        x + r * .6,
                        y - r * 1.05,
                        x + r * 1.2,
                        y,
                        x + r * .6,
                        y + r * 1.05,
                        x - r * .6,
                        y + r * 1.05);
        };
        return "<path class=\"mark " + kind + "\" d=\"" + path + "\"/>";
    }

    private static String circle(double x, double y, double r) {
        return "M" + number(x - r) + " " + number(y) + "a" + number(r) + " " + number(r) + " 0 1 0 " + number(2 * r)
                + " 0a" + number(r) + " " + number(r) + " 0 1 0 " + number(-2 * r) + " 0z";
    }

    private static String closed(double... xy) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < xy.length; i += 2) {
            out.append(i == 0 ? 'M' : 'L').append(number(xy[i])).append(' ').append(number(xy[i + 1]));
        }
        return out.append('z').toString();
    }

    /** The row's mark by itself, for a table or a legend. */
    static String swatch(int row) {
        return "<svg class=\"swatch " + colour(row)
                + "\" viewBox=\"0 0 14 14\" width=\"14\" height=\"14\" aria-hidden=\"true\">"
                + mark(row, 7, 7, 4.6, "solid") + "</svg>";
    }
}
