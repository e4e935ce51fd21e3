package org.peft4j.qlora;

import org.peft4j.api.MatrixSource;

/** A matrix whose elements follow from their index. */
record Matrix(long rows, long cols, Element element) implements MatrixSource {
    interface Element {
        float at(long index);
    }

    static Matrix of(long rows, long cols, Element element) {
        return new Matrix(rows, cols, element);
    }

    /** The matrix of scripts/hf/make_nf4.py: cubes of numbers that are evenly spread. */
    static Matrix cubes(long rows, long cols) {
        return of(rows, cols, i -> {
            float u = (float) (((i * 2654435761L + 12345) & 0xffffffffL) >> 8) / (1 << 24) - 0.5f;
            return u * u * u;
        });
    }

    static float[] values(MatrixSource matrix) {
        float[] values = new float[(int) (matrix.rows() * matrix.cols())];
        matrix.read(0, (int) matrix.rows(), values, 0);
        return values;
    }

    @Override
    public void read(long firstRow, int rowCount, float[] into, int offset) {
        for (int i = 0; i < rowCount * cols; i++) {
            into[offset + i] = element.at(firstRow * cols + i);
        }
    }
}
