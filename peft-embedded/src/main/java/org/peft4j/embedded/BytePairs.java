package org.peft4j.embedded;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a byte-level byte-pair encoding (Sennrich et al. 2016; the byte alphabet of GPT-2): starting from the 256 bytes,
 * the most frequent neighbouring pair within words becomes the next entry, until the vocabulary is full. Ties go to the
 * pair with the lower ids, so one text gives one vocabulary.
 */
final class BytePairs {
    /** The entries before the bytes: unknown, beginning and end of a text. */
    static final List<String> SPECIALS = List.of("<unk>", "<s>", "</s>");

    /** Words as the HuggingFace pre-tokenizers Digits(individual) and ByteLevel(regex) cut them. */
    private static final Pattern WORDS = Pattern.compile(
            "\\p{N}|'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    private final List<String> tokens = new ArrayList<>(SPECIALS);
    private final List<String> merges = new ArrayList<>();
    private final Map<String, Integer> counts = new TreeMap<>();

    /** Counts the words of one document. */
    void add(String text) {
        Matcher matcher = WORDS.matcher(text);
        while (matcher.find()) {
            counts.merge(matcher.group(), 1, Integer::sum);
        }
    }

    /** Learns merges until there are {@code vocabulary} entries (specials and bytes among them) or no pair is left. */
    void learn(int vocabulary) {
        String[] alphabet = alphabet();
        tokens.addAll(Arrays.asList(alphabet));
        List<int[]> words = new ArrayList<>();
        List<Integer> weights = new ArrayList<>();
        counts.forEach((word, count) -> {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            int[] ids = new int[bytes.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = SPECIALS.size() + (bytes[i] & 0xFF);
            }
            words.add(ids);
            weights.add(count);
        });
        Counts pairs = new Counts(vocabulary);
        for (int w = 0; w < words.size(); w++) {
            pairs.add(words.get(w), weights.get(w));
        }
        while (tokens.size() < vocabulary) {
            int best = pairs.mostFrequent(tokens.size());
            if (best < 0) {
                return;
            }
            int left = best / vocabulary;
            int right = best % vocabulary;
            int id = tokens.size();
            merges.add(tokens.get(left) + " " + tokens.get(right));
            tokens.add(tokens.get(left) + tokens.get(right));
            for (int w = 0; w < words.size(); w++) {
                int[] before = words.get(w);
                int[] after = merged(before, left, right, id);
                if (after != before) {
                    pairs.add(before, -weights.get(w));
                    pairs.add(after, weights.get(w));
                    words.set(w, after);
                }
            }
        }
    }

    /** The entries in order of their ids. */
    List<String> tokens() {
        return List.copyOf(tokens);
    }

    /** The merges in order of rank, each {@code left right}. */
    List<String> merges() {
        return List.copyOf(merges);
    }

    private static int[] merged(int[] word, int left, int right, int id) {
        int length = 0;
        int[] result = null;
        for (int i = 0; i < word.length; i++) {
            if (i + 1 < word.length && word[i] == left && word[i + 1] == right) {
                result = result == null ? word.clone() : result;
                result[length++] = id;
                i++;
            } else {
                if (result != null) {
                    result[length] = word[i];
                }
                length++;
            }
        }
        return result == null ? word : Arrays.copyOf(result, length);
    }

    /** A printable character for each byte, as GPT-2 chose them: printable Latin-1 stands for itself, the rest is shifted above U+0100. */
    private static String[] alphabet() {
        String[] result = new String[256];
        int shifted = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            result[b] = String.valueOf((char) (printable ? b : shifted++));
        }
        return result;
    }

    /** How often each ordered pair of entries stands side by side, as one square table. */
    private static final class Counts {
        private final int size;
        private final int[] table;

        Counts(int size) {
            this.size = size;
            this.table = new int[size * size];
        }

        void add(int[] word, int weight) {
            for (int i = 0; i + 1 < word.length; i++) {
                table[word[i] * size + word[i + 1]] += weight;
            }
        }

        int mostFrequent(int used) {
            int best = -1;
            int most = 0;
            for (int left = 0; left < used; left++) {
                for (int pair = left * size; pair < left * size + used; pair++) {
                    if (table[pair] > most) {
                        most = table[pair];
                        best = pair;
                    }
                }
            }
            return best;
        }
    }
}
