package org.peft4j.cli;

import java.util.Locale;

/** How numbers and paragraphs look. */
final class Text {
    private Text() {}

    /** A paragraph broken at blanks, every line indented. */
    static String wrap(String text, int indent, int width) {
        String margin = " ".repeat(indent);
        StringBuilder out = new StringBuilder();
        int column = 0;
        for (String word : text.split(" ")) {
            if (column > 0 && column + 1 + word.length() > width) {
                out.append('\n');
                column = 0;
            }
            out.append(column == 0 ? margin : " ").append(word);
            column += word.length() + (column == 0 ? indent : 1);
        }
        return out.toString();
    }

    /** A size in words people use: {@code 1.3 MB}. */
    static String bytes(long bytes) {
        if (bytes < 1000) {
            return bytes + " bytes";
        }
        String[] units = {"kB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = -1;
        while (value >= 999.95 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }

    /** A number with thousands apart. */
    static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** A learning rate and its like, as people write them: {@code 0.005}, {@code 2e-4}. */
    static String number(double value) {
        return Double.toString(value).replaceFirst("\\.0(?=E|$)", "").replace('E', 'e');
    }

    /** A time: {@code 45 s}, {@code 2:05 min}, {@code 1:02:05 h}. */
    static String time(double seconds) {
        long s = Math.max(0, Math.round(seconds));
        if (s < 60) {
            return s + " s";
        }
        return s < 3600
                ? String.format(Locale.ROOT, "%d:%02d min", s / 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d h", s / 3600, s / 60 % 60, s % 60);
    }
}
