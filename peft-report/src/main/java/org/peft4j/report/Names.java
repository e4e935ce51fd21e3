package org.peft4j.report;

/** Names of rows in a picture. */
final class Names {
    private static final double WIDTH = 6.6;

    private Names() {}

    static String shortened(String name, int most) {
        int[] all = name.codePoints().toArray();
        return all.length <= most ? name : new String(all, 0, most - 1).stripTrailing() + "\u2026";
    }

    /** About how wide a name is, in a picture's units. */
    static double width(String name) {
        return WIDTH * name.codePointCount(0, name.length());
    }
}
