package org.peft4j.api;

/**
 * One layer's attention over one batch. Grouped heads are the engine's business: keys and values are always
 * {@code kvHeads * headDim} wide.
 *
 * <p>The {@code with} methods give a changed call; {@link #attend} runs the next hook inside, and in the end the layer's own
 * causal attention, with all changes made on the way.
 */
public interface AttentionCall {
    /** The site it stands at. */
    Site site();

    /** The normed input of the layer's projections, [tokens, hidden]. */
    Var hidden();

    /** Queries with rotary positions, [tokens, heads * headDim]. */
    Var q();

    /** Keys with rotary positions, [tokens, kvHeads * headDim]. */
    Var k();

    /** Values, [tokens, kvHeads * headDim]. */
    Var v();

    /** The layer's key projection, its bias included (frozen, without hooks, without positions), of rows [n, hidden]: [n, kvHeads *
     * headDim]. */
    Var projectK(Var rows);

    /** The layer's value projection, its bias included (frozen, without hooks), of rows [n, hidden]: [n, kvHeads * headDim]. */
    Var projectV(Var rows);

    /**
     * Has every query see these keys and values besides its own sequence's, in the same softmax. They are shared by all
     * sequences, not copied.
     *
     * @param keys [n, kvHeads * headDim], used as they are
     * @param values [n, kvHeads * headDim]
     */
    AttentionCall withPrefix(Var keys, Var values);

    /** Restricts which of its sequence's keys a query sees. */
    AttentionCall withWindow(KeyWindow window);

    /** The attention's output, [tokens, heads * headDim]. */
    Var attend();

    /**
     * Attention of this call's queries over these keys and values alone, each query seeing all of them, in a softmax of its own:
     * [tokens, heads * headDim]. Scores are scaled by {@code 1 / sqrt(headDim)} as in the layer.
     *
     * @param keys [n, kvHeads * headDim]
     * @param values [n, kvHeads * headDim]
     */
    Var attendOver(Var keys, Var values);
}
