package org.peft4j.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * BLEU of a corpus (Papineni et al. 2002) as sacrebleu computes it with its defaults: tokens by the rules of mteval-v13a, n-grams
 * up to 4, case kept, the closest reference's length, and exponential smoothing of orders without a match. 0 to 100.
 */
final class Bleu {
    private static final int ORDERS = 4;

    private static final Pattern PUNCTUATION = Pattern.compile("([\\{-\\~\\[-\\` -\\&\\(-\\+\\:-\\@\\/])");
    private static final Pattern AFTER_NO_DIGIT = Pattern.compile("([^0-9])([\\.,])");
    private static final Pattern BEFORE_NO_DIGIT = Pattern.compile("([\\.,])([^0-9])");
    private static final Pattern DASH = Pattern.compile("([0-9])(-)");

    private final long[] matched = new long[ORDERS];
    private final long[] made = new long[ORDERS];
    private long length;
    private long referenceLength;

    /** Adds a text and what it may be like. */
    void add(String text, List<String> references) {
        List<String> tokens = tokens(text);
        List<List<String>> wanted = references.stream().map(Bleu::tokens).toList();
        length += tokens.size();
        referenceLength += closest(tokens.size(), wanted);
        for (int n = 1; n <= ORDERS; n++) {
            Map<List<String>, Integer> most = new HashMap<>();
            for (List<String> reference : wanted) {
                grams(reference, n).forEach((gram, count) -> most.merge(gram, count, Math::max));
            }
            for (Map.Entry<List<String>, Integer> gram : grams(tokens, n).entrySet()) {
                made[n - 1] += gram.getValue();
                matched[n - 1] += Math.min(gram.getValue(), most.getOrDefault(gram.getKey(), 0));
            }
        }
    }

    /** The score of all that was added. */
    double score() {
        if (Arrays.stream(matched).sum() == 0 || Arrays.stream(made).anyMatch(m -> m == 0)) {
            return 0;
        }
        double smooth = 1;
        double logs = 0;
        for (int n = 0; n < ORDERS; n++) {
            double precision = (double) matched[n] / made[n];
            if (matched[n] == 0) {
                smooth *= 2;
                precision = 1 / (smooth * made[n]);
            }
            logs += Math.log(precision);
        }
        double brevity = length < referenceLength ? Math.exp(1 - (double) referenceLength / length) : 1;
        return 100 * brevity * Math.exp(logs / ORDERS);
    }

    /** The reference length nearest to a text's; of two as near the shorter. */
    private static int closest(int size, List<List<String>> references) {
        int best = references.get(0).size();
        for (List<String> reference : references) {
            int distance = Math.abs(reference.size() - size);
            int least = Math.abs(best - size);
            if (distance < least || distance == least && reference.size() < best) {
                best = reference.size();
            }
        }
        return best;
    }

    private static Map<List<String>, Integer> grams(List<String> tokens, int n) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (int i = 0; i + n <= tokens.size(); i++) {
            counts.merge(tokens.subList(i, i + n), 1, Integer::sum);
        }
        return counts;
    }

    /** Tokens by the rules of mteval-v13a. */
    static List<String> tokens(String text) {
        String line = text.strip()
                .replace("<skipped>", "")
                .replace("-\n", "")
                .replace("\n", " ")
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
        line = PUNCTUATION.matcher(" " + line + " ").replaceAll(" $1 ");
        line = AFTER_NO_DIGIT.matcher(line).replaceAll("$1 $2 ");
        line = BEFORE_NO_DIGIT.matcher(line).replaceAll(" $1 $2");
        line = DASH.matcher(line).replaceAll("$1 $2 ");
        List<String> tokens = new ArrayList<>(List.of(line.strip().split("\\s+")));
        tokens.removeIf(String::isEmpty);
        return tokens;
    }
}
