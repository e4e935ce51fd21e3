package org.peft4j.api;

import java.util.List;

/**
 * What the base model makes of a text of n tokens (without a begin-of-sequence token).
 *
 * @param tokens n
 * @param embeddings token embeddings, [n, hidden]
 * @param keys for each layer its keys with the rotary positions 0 to n - 1, as a cache holds them, [n, kvHeads * headDim]
 * @param values for each layer its values, [n, kvHeads * headDim]
 */
@SuppressWarnings("ArrayRecordComponent")
public record TextActivations(int tokens, float[] embeddings, List<float[]> keys, List<float[]> values) {
    /** Copies the lists. */
    public TextActivations {
        keys = List.copyOf(keys);
        values = List.copyOf(values);
    }
}
