package org.peft4j.api;

/**
 * Stands around a linear layer. Each row of the output follows from the same row of the input: rows are tokens of several sequences one
 * after the other, a cache leaves only the new ones, and behind the last layer's attention only those are there whose prediction is
 * asked for. Tokens look at each other in {@link AttentionHook} alone.
 */
@FunctionalInterface
public interface LinearHook {
    /**
     * Computes the layer's output.
     *
     * @param x the input, [tokens, in]
     * @param base the layer as it is without this hook
     * @return the output, [tokens, out]
     */
    Var apply(Var x, BaseLinear base, Ops ops);
}
