package org.peft4j.llamaadapter;

/** How strongly a layer listens to its prompt; zero at first in both forms. */
public enum Gate {
    /** One number per layer, used as it is: HuggingFace peft's form, which its file format can hold. */
    SCALAR,
    /** The hyperbolic tangent of one number per head: the form of the paper's own program. */
    PER_HEAD
}
