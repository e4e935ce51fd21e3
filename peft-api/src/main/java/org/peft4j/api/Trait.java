package org.peft4j.api;

/** A promise of a method about itself, which the test kit verifies rather than trusts. */
public enum Trait {
    /** Freshly installed, the model's outputs are those of the base model. */
    IDENTITY_AT_INIT,
    /** Every hook is on a linear layer and affine in its input, so the adapter can be folded into the base weights. */
    MERGEABLE,
    /** Only some layers from the top are touched: those below are not differentiated. */
    TOP_LAYERS_ONLY,
    /**
     * The gradient leaves part of the dependence on the parameters out, on purpose (DoRA takes the weight's norm for a constant, Liu
     * et al. 2024, section 4.3): finite differences of the loss need not agree with it, but it still points uphill.
     */
    APPROXIMATE_GRADIENT
}
