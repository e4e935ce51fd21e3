package org.peft4j.api;

/** Stands around a linear layer. */
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
