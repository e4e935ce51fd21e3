package org.peft4j.data;

/** What one document of a file of running text is. */
public enum TextUnit {
    /** What stands between blank lines. */
    PARAGRAPH,
    /** The whole file. */
    FILE
}
