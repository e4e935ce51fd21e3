package org.peft4j.model;

import java.util.List;

/**
 * Sequences of different lengths, one after the other, nothing padded.
 *
 * @param tokens token ids of all sequences
 * @param starts each sequence's first index in {@code tokens}, and at the end the number of tokens
 * @param targets for each token the id to be predicted from it, or -1 where no loss is computed
 */
@SuppressWarnings("ArrayRecordComponent")
public record Batch(int[] tokens, int[] starts, int[] targets) {
    /**
     * One sequence.
     *
     * @param tokens its token ids
     * @param trained for each token whether predicting it counts; the first is never predicted
     */
    public record Sequence(int[] tokens, boolean[] trained) {
        /** Checks the lengths. */
        public Sequence {
            if (tokens.length == 0 || tokens.length != trained.length) {
                throw new IllegalArgumentException(
                        "a sequence needs tokens, and as many marks: " + tokens.length + ", " + trained.length);
            }
        }

        /** A sequence of which every token but the first is predicted. */
        public static Sequence of(int... tokens) {
            boolean[] all = new boolean[tokens.length];
            java.util.Arrays.fill(all, true);
            return new Sequence(tokens, all);
        }

        /** How many of its tokens are predicted. */
        public int targets() {
            int n = 0;
            for (int i = 1; i < trained.length; i++) {
                n += trained[i] ? 1 : 0;
            }
            return n;
        }
    }

    /** Puts sequences together. */
    public static Batch of(List<Sequence> sequences) {
        int total = sequences.stream().mapToInt(s -> s.tokens().length).sum();
        int[] tokens = new int[total];
        int[] targets = new int[total];
        int[] starts = new int[sequences.size() + 1];
        int at = 0;
        for (int s = 0; s < sequences.size(); s++) {
            Sequence sequence = sequences.get(s);
            int n = sequence.tokens().length;
            starts[s] = at;
            System.arraycopy(sequence.tokens(), 0, tokens, at, n);
            for (int i = 0; i < n; i++) {
                boolean counts = i + 1 < n && sequence.trained()[i + 1];
                targets[at + i] = counts ? sequence.tokens()[i + 1] : -1;
            }
            at += n;
        }
        starts[sequences.size()] = total;
        return new Batch(tokens, starts, targets);
    }

    /** Sequences without targets. */
    public static Batch ofTokens(List<int[]> sequences) {
        return of(sequences.stream()
                .map(t -> new Sequence(t, new boolean[t.length]))
                .toList());
    }

    /** Number of sequences. */
    public int sequences() {
        return starts.length - 1;
    }

    /** Number of predicted tokens. */
    public int targetCount() {
        int n = 0;
        for (int t : targets) {
            n += t >= 0 ? 1 : 0;
        }
        return n;
    }
}
