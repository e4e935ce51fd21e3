package org.peft4j.data;

/** What the size of a batch counts. */
public enum BatchType {
    /** Sequences, whatever their length. */
    SEQUENCES,
    /** The tokens of whole sequences: a batch takes as many sequences as fit. */
    TOKENS
}
