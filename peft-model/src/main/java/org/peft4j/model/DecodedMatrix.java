package org.peft4j.model;

import org.peft4j.api.MatrixSource;
import org.peft4j.engine.FrozenMatrix;

/** What an encoded weight really is. */
record DecodedMatrix(FrozenMatrix matrix) implements MatrixSource {
    @Override
    public long rows() {
        return matrix.rows();
    }

    @Override
    public long cols() {
        return matrix.cols();
    }

    @Override
    public void read(long firstRow, int rowCount, float[] into, int offset) {
        matrix.read(Math.toIntExact(firstRow), rowCount, into, offset);
    }
}
