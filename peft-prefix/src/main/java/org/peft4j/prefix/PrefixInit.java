package org.peft4j.prefix;

/** How the prefix starts. In no case is it without effect: even keys of zero take part in the softmax. */
public enum PrefixInit {
    /** Standard normal. */
    RANDOM,
    /** All zero; with the projection, its last layer is zero. */
    ZERO,
    /** The keys (before rotary positions) and values that the base model computes for a text. */
    TEXT
}
