package org.peft4j.api;

import java.util.Map;

/**
 * A frozen weight [rows, cols] kept encoded. Thread-safe. The engine owns the tiling and the matrix product, so decoding a few
 * rows is all there is to do.
 */
public interface EncodedWeight {
    /** Number of rows (outputs). */
    long rows();

    /** Number of columns (inputs). */
    long cols();

    /** Bytes it takes in memory. */
    long bytes();

    /**
     * Decodes whole rows; the same rows always give the same values.
     *
     * @param into takes {@code rowCount * cols} values, row-major, from {@code offset} on
     */
    void decode(long firstRow, int rowCount, float[] into, int offset);

    /**
     * Decodes the same columns of some rows, to the values that {@link #decode} gives. A codec that can leave out the others should:
     * each thread asks for its own columns of all rows.
     *
     * @param fromColumn the first column
     * @param toColumn the one behind the last
     * @param into takes {@code rowCount * (toColumn - fromColumn)} values, row-major, from {@code offset} on
     */
    default void decodeColumns(long firstRow, int rowCount, int fromColumn, int toColumn, float[] into, int offset) {
        int width = toColumn - fromColumn;
        float[] row = new float[Math.toIntExact(cols())];
        for (int r = 0; r < rowCount; r++) {
            decode(firstRow + r, 1, row, 0);
            System.arraycopy(row, fromColumn, into, offset + r * width, width);
        }
    }

    /** Its serialized form: tensors by their names within the layer, {@code weight}, {@code weight.absmax}, ... */
    Map<String, RawTensor> tensors();
}
