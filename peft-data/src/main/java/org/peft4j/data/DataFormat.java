package org.peft4j.data;

/** How the rows of a file are laid out. */
public enum DataFormat {
    /** By the file's ending and its first row. */
    AUTO,
    /** JSON with {@code prompt} and {@code completion}. */
    PROMPT_COMPLETION,
    /** JSON with {@code instruction}, {@code output} and possibly {@code input}, as Stanford Alpaca's. */
    ALPACA,
    /** JSON with {@code messages}, each with {@code role} and {@code content}. */
    MESSAGES,
    /** JSON with {@code text}. */
    TEXT,
    /** A file of running text. */
    PLAIN_TEXT
}
