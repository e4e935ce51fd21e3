package org.peft4j.api;

/** A matrix that is read in pieces, so that it never has to be in memory as a whole. */
public interface MatrixSource {
    /** Number of rows. */
    long rows();

    /** Number of columns. */
    long cols();

    /**
     * Reads whole rows.
     *
     * @param firstRow the first
     * @param rowCount how many
     * @param into takes {@code rowCount * cols} values, row-major, from {@code offset} on
     */
    void read(long firstRow, int rowCount, float[] into, int offset);
}
