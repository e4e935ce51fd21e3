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

    /** Its serialized form: tensors by their names within the layer, {@code weight}, {@code weight.absmax}, ... */
    Map<String, RawTensor> tensors();
}
