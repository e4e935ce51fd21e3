package org.peft4j.prefix;

/** How the prefix starts. In no case is it without effect: even keys of zero take part in the softmax. */
public enum PrefixInit {
    /** Standard normal. */
    RANDOM,
    /** All zero; with the projection, its last layer is zero. */
    ZERO,
    /**
     * The keys and values that the base model computes for a text, the keys with their positions from 0: a prefix no longer than the
     * text makes of the model exactly what it is with the text's first tokens in front. A shorter text starts again.
     */
    TEXT
}
