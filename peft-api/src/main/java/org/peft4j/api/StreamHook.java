package org.peft4j.api;

/**
 * Stands behind a sub-layer or layer. Each row of the result follows from the same row of the input and of the output: which rows are
 * there differs from call to call, as for a {@link LinearHook}.
 */
@FunctionalInterface
public interface StreamHook {
    /**
     * Changes what goes on.
     *
     * @param input what the sub-layer was given (the normed residual stream; for a whole layer the residual stream before it),
     *     [tokens, hidden]
     * @param output what it gave, before it is added to the residual stream (for a whole layer the stream itself), [tokens, hidden]
     * @return what takes the output's place, [tokens, hidden]
     */
    Var apply(Var input, Var output, Ops ops);
}
