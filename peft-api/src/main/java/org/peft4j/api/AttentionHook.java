package org.peft4j.api;

/** Stands around a layer's attention, between its q, k, v projections and its output projection. */
@FunctionalInterface
public interface AttentionHook {
    /** Computes the heads' outputs, [tokens, heads * headDim]; the plain answer is {@code call.attend()}. */
    Var apply(AttentionCall call, Ops ops);
}
