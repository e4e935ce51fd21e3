package org.peft4j.api;

/** A promise of a method about itself, which the test kit verifies rather than trusts. */
public enum Trait {
    /** Freshly installed, the model's outputs are those of the base model. */
    IDENTITY_AT_INIT,
    /** Every hook is on a linear layer and affine in its input, so the adapter can be folded into the base weights. */
    MERGEABLE,
    /** Only some layers from the top are touched: those below are not differentiated. */
    TOP_LAYERS_ONLY
}
