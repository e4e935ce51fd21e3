package org.peft4j.data;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One sequence to train or evaluate on.
 *
 * @param tokens its ids, special tokens included; not copied
 * @param targets for each token whether it is to be predicted from those before it; never the first; not copied
 * @param row the row it was made of
 */
@SuppressWarnings("ArrayRecordComponent")
public record Example(int[] tokens, boolean[] targets, DataRow row) {
    /** Checks that there is one mark a token. */
    public Example {
        if (tokens.length != targets.length || (tokens.length > 0 && targets[0])) {
            throw new IllegalArgumentException("one mark for each token, the first one false");
        }
    }

    /** The number of tokens. */
    public int length() {
        return tokens.length;
    }

    /** The number of tokens to be predicted. */
    public int targetCount() {
        return (int) targetPositions().count();
    }

    /** The positions to be predicted, ascending, each at least 1. */
    public IntStream targetPositions() {
        return IntStream.range(0, targets.length).filter(i -> targets[i]);
    }

    /** The tokens before the first that is to be predicted: what a generation starts from. */
    public int[] promptTokens() {
        return Arrays.copyOf(tokens, targetPositions().findFirst().orElse(tokens.length));
    }

    /** The first tokens of it. */
    Example cut(int length) {
        return new Example(Arrays.copyOf(tokens, length), Arrays.copyOf(targets, length), row);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Example e
                && Arrays.equals(tokens, e.tokens)
                && Arrays.equals(targets, e.targets)
                && row.equals(e.row);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(tokens) + Arrays.hashCode(targets);
    }

    @Override
    public String toString() {
        return row.at() + ": " + length() + " tokens, " + targetCount() + " to predict";
    }
}
