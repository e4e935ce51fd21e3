package org.peft4j.report;

import java.util.ArrayList;
import java.util.List;

/** A text with the words marked that its reference doesn't have at that place (longest common subsequence). */
final class WordDiff {
    private static final int MOST_WORDS = 500;

    private WordDiff() {}

    /** HTML: what differs is in {@code mark} elements; a text that is too long to compare has none. */
    static String html(String text, String reference) {
        List<String> words = words(text);
        List<String> others = words(reference);
        if (words.size() > MOST_WORDS || others.size() > MOST_WORDS || reference.isBlank()) {
            return Html.text(text);
        }
        boolean[] common = common(words, others);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < words.size(); ) {
            int to = i + 1;
            while (to < words.size() && common[to] == common[i]) {
                to++;
            }
            String piece = String.join("", words.subList(i, to));
            String bare = piece.stripTrailing();
            out.append(
                    common[i] || bare.isEmpty()
                            ? Html.text(piece)
                            : "<mark>" + Html.text(bare) + "</mark>" + Html.text(piece.substring(bare.length())));
            i = to;
        }
        return out.toString();
    }

    private static boolean[] common(List<String> a, List<String> b) {
        int[][] longest = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--) {
            for (int j = b.size() - 1; j >= 0; j--) {
                longest[i][j] = same(a.get(i), b.get(j))
                        ? longest[i + 1][j + 1] + 1
                        : Math.max(longest[i + 1][j], longest[i][j + 1]);
            }
        }
        boolean[] common = new boolean[a.size()];
        for (int i = 0, j = 0; i < a.size() && j < b.size(); ) {
            if (same(a.get(i), b.get(j))) {
                common[i] = true;
                i++;
                j++;
            } else if (longest[i + 1][j] >= longest[i][j + 1]) {
                i++;
            } else {
                j++;
            }
        }
        return common;
    }

    private static boolean same(String a, String b) {
        return a.strip().equals(b.strip());
    }

    /** Words with the space that follows them. */
    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= text.length(); i++) {
            boolean starts = i == text.length()
                    || (Character.isWhitespace(text.charAt(i - 1)) && !Character.isWhitespace(text.charAt(i)));
            if (starts) {
                words.add(text.substring(from, i));
                from = i;
            }
        }
        return words;
    }
}
