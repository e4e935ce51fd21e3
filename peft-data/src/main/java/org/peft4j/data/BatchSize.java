package org.peft4j.data;

import java.util.List;
import org.peft4j.api.PeftException;

/**
 * How much goes into one batch. Nothing is padded, so the tokens of a batch are its work.
 *
 * @param type what is counted
 * @param most how many of them, at least 1
 */
public record BatchSize(BatchType type, int most) {
    /** Checks the number. */
    public BatchSize {
        if (most < 1) {
            throw new IllegalArgumentException("a batch takes at least one, not " + most);
        }
    }

    /** So many sequences. */
    public static BatchSize sequences(int most) {
        return new BatchSize(BatchType.SEQUENCES, most);
    }

    /** As many sequences as have so many tokens at most. */
    public static BatchSize tokens(int most) {
        return new BatchSize(BatchType.TOKENS, most);
    }

    /** How much of a batch one example takes. */
    int of(Example example) {
        return type == BatchType.TOKENS ? example.length() : 1;
    }

    /**
     * Checks that each example fits.
     *
     * @throws PeftException {@code data-too-long} if one has more tokens than a batch takes
     */
    public void requireRoom(List<Example> examples) {
        for (Example example : examples) {
            if (of(example) > most) {
                throw PeftException.of(
                        "data-too-long",
                        example.row().at() + ": the row has " + example.length() + " tokens, a batch takes " + most
                                + ".",
                        "Raise batch-size, or lower max-length and set too-long to skip or truncate.");
            }
        }
    }
}
