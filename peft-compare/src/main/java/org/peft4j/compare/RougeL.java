package org.peft4j.compare;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * ROUGE-L of a text (Lin 2004) as Google's rouge_score computes it without stemming: the longest common subsequence of lower-case
 * words of letters a to z and digits, as F1; the best of several references. 0 to 1.
 */
final class RougeL {
    private RougeL() {}

    /** The score of a text. */
    static double of(String text, List<String> references) {
        List<String> made = words(text);
        return references.stream().mapToDouble(r -> f1(made, words(r))).max().orElse(0);
    }

    private static double f1(List<String> made, List<String> wanted) {
        int common = longestCommon(made, wanted);
        if (common == 0) {
            return 0;
        }
        double precision = (double) common / made.size();
        double recall = (double) common / wanted.size();
        return 2 * precision * recall / (precision + recall);
    }

    private static int longestCommon(List<String> a, List<String> b) {
        int[] row = new int[b.size() + 1];
        for (String word : a) {
            int diagonal = 0;
            for (int j = 1; j <= b.size(); j++) {
                int above = row[j];
                row[j] = word.equals(b.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return row[b.size()];
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^a-z0-9]+"))
                .filter(w -> !w.isEmpty())
                .toList();
    }
}
