package org.peft4j.data;

/** What becomes of a row with more tokens than fit. */
public enum TooLong {
    /** It ends the reading with an error that names the row. */
    ERROR,
    /** It is left out and counted. */
    SKIP,
    /** Its end is cut off; left out and counted if nothing to train on remains. */
    TRUNCATE
}
