package org.peft4j.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the name that was probably meant: the one with the fewest insertions, deletions, substitutions and swaps of neighbours
 * (Damerau-Levenshtein in its restricted form), where those are few for the name's length.
 */
public final class NearestName {
    private NearestName() {}

    /** The known name nearest to the given one; empty if none is near. Case, {@code _} and {@code -} don't count. */
    public static Optional<String> of(String name, Collection<String> known) {
        String wanted = fold(name);
        String best = "";
        int fewest = Integer.MAX_VALUE;
        for (String candidate : known) {
            int distance = distance(wanted, fold(candidate));
            if (distance < fewest) {
                fewest = distance;
                best = candidate;
            }
        }
        int allowed = Math.max(1, Math.min(3, (wanted.length() + 1) / 3));
        boolean near = fewest <= allowed && fewest < Math.max(wanted.length(), 1);
        return near ? Optional.of(best) : Optional.empty();
    }

    /** The question to append to an error message, {@code "; did you mean 'rank'?"}, or the empty text. */
    public static String question(String name, Collection<String> known) {
        return of(name, known).map(n -> "; did you mean '" + n + "'?").orElse("");
    }

    private static String fold(String name) {
        // A name nobody would type; the table below is quadratic.
        String cut = name.length() > 100 ? name.substring(0, 100) : name;
        return cut.replaceAll("[_-]", "").toLowerCase(Locale.ROOT);
    }

    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
