package org.peft4j.engine;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.peft4j.api.KeyWindow;

/**
 * Causal attention over a ragged batch with grouped heads, by blocks of queries: only the log of each row's sum of exponentials is
 * kept, probabilities are computed again in the backward pass (Dao et al. 2022).
 */
public final class Attention {
    /** Queries of a task where sequences don't matter. */
    private static final int SPAN = 256;

    private Attention() {}

    /**
     * Heads and their scaling.
     *
     * @param heads query heads
     * @param kvHeads key/value heads, a divisor of {@code heads}
     * @param headDim width of a head
     * @param window which keys of its own sequence a query sees
     */
    public record Heads(int heads, int kvHeads, int headDim, KeyWindow window) {
        int group() {
            return heads / kvHeads;
        }

        float scale() {
            return (float) (1.0 / Math.sqrt(headDim));
        }

        /** The same heads with another window. */
        public Heads withWindow(KeyWindow other) {
            return new Heads(heads, kvHeads, headDim, other);
        }
    }

    /** Sees all keys up to the query. */
    public static final KeyWindow CAUSAL = (head, position, length) -> 0;

    /** The first key of its own sequence that a query sees. */
    static int firstKey(Heads heads, int head, int query, int length) {
        int first = heads.window().firstKey(head, query, length);
        if (first < 0 || first > query) {
            throw new IllegalArgumentException("a window of head " + head + " starts at key " + first
                    + " for the query at position " + query + ", outside 0 to " + query);
        }
        return first;
    }

    /**
     * Keys and values that every query sees, [n, kvHeads * headDim] each.
     *
     * @param keys used as they are
     * @param values of as many tokens
     */
    public record Shared(Tensor keys, Tensor values) {}

    /**
     * Queries of one sequence and where its keys are.
     *
     * @param queryStart the first query's row
     * @param queries number of queries
     * @param keys rows of keys, the first at {@code keyStart}; the last is the last query's own. Asked for where they are used: on the
     *     way back they may lie elsewhere than on the way forward
     * @param values rows of values alike
     * @param keyStart the first key's row
     * @param past keys before the first query's own
     */
    record Run(int queryStart, int queries, Supplier<Buf> keys, Supplier<Buf> values, int keyStart, int past) {
        int length() {
            return past + queries;
        }
    }

    /**
     * Attention of each sequence over itself and over what is shared.
     *
     * @param starts the sequences' first rows, and at the end the number of rows
     * @param sharedRows how many rows at the front are tokens that all sequences see; they form the first sequence
     * @return [tokens, heads * headDim]
     */
    public static Tensor causal(
            Tape tape, Tensor q, Tensor k, Tensor v, int[] starts, int sharedRows, List<Shared> shared, Heads heads) {
        if (k.rows != q.rows || starts[0] != 0 || starts[starts.length - 1] != q.rows || sharedRows > starts[1]) {
            throw new IllegalArgumentException(
                    "queries " + q + " and keys " + k + " for sequences starting at " + Arrays.toString(starts));
        }
        Run[] runs = new Run[starts.length - 1];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = new Run(starts[i], starts[i + 1] - starts[i], k::value, v::value, starts[i], 0);
        }
        AttentionPass pass = new AttentionPass(tape, heads, q, runs, sharedRows, shared, k, v);
        return pass.forward();
    }

    /** Attention over these keys and values alone: each query sees all of them. */
    public static Tensor over(Tape tape, Tensor q, Tensor keys, Tensor values, Heads heads) {
        int count = (q.rows + SPAN - 1) / SPAN;
        Run[] runs = new Run[count];
        for (int i = 0; i < count; i++) {
            int n = Math.min(SPAN, q.rows - i * SPAN);
            runs[i] = new Run(i * SPAN, n, keys::value, values::value, 0, -n);
        }
        AttentionPass pass = new AttentionPass(tape, heads, q, runs, 0, List.of(new Shared(keys, values)), null, null);
        return pass.forward();
    }

    /**
     * Attention of new tokens over cached ones; no gradients.
     *
     * @param caches one per sequence, the new tokens' keys and values already appended
     */
    public static Tensor cached(
            Tape tape, Tensor q, int[] starts, List<KeyValueCache.Layer> caches, List<Shared> shared, Heads heads) {
        if (shared.isEmpty() && starts.length - 1 == q.rows) {
            return SingleQueries.attend(tape, q, caches, heads);
        }
        Run[] runs = new Run[starts.length - 1];
        for (int i = 0; i < runs.length; i++) {
            int n = starts[i + 1] - starts[i];
            KeyValueCache.Layer cache = caches.get(i);
            runs[i] = new Run(starts[i], n, cache::keys, cache::values, 0, cache.length() - n);
        }
        return new AttentionPass(tape, heads, q, runs, 0, shared, null, null).forward();
    }
}
