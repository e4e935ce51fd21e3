package org.peft4j.engine;

import java.nio.ByteBuffer;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.MatrixSource;
import org.peft4j.engine.Blas.Mat;

/** A weight [out, in] that is never trained: plain fp32 memory, or encoded and decoded tile by tile inside the product. */
public sealed interface FrozenMatrix permits FrozenMatrix.Dense, EncodedMatrix, HalfMatrix, WidenedMatrix {
    /** Number of outputs. */
    int rows();

    /** Number of inputs. */
    int cols();

    /** Bytes it takes in memory. */
    long bytes();

    /** Whether its products are of bfloat16 factors. */
    default boolean halved() {
        return false;
    }

    /** Bytes of the weight itself, without a second copy in another order. */
    default long storedBytes() {
        return bytes();
    }

    /** Decodes rows into an array. */
    void read(int firstRow, int rowCount, float[] into, int offset);

    /** {@code y = x w^T} with x [m, cols] and y [m, rows]. */
    void forward(Tape tape, int m, Mat x, Mat y);

    /**
     * As {@link #forward}, of activations that are in bfloat16 already.
     *
     * @throws UnsupportedOperationException unless {@link #halved}
     */
    default void forward(Tape tape, int m, FrozenProducts.Rounded x, FrozenProducts.Result y) {
        throw new UnsupportedOperationException("bfloat16 activations for " + this);
    }

    /** As {@link #backward}, alike. */
    default void backward(Tape tape, int m, FrozenProducts.Rounded dy, float beta, Mat dx) {
        throw new UnsupportedOperationException("bfloat16 gradients for " + this);
    }

    /**
     * {@code dx = dy w + beta dx} with dy [m, rows] and dx [m, cols].
     *
     * @param beta 0 or 1
     */
    void backward(Tape tape, int m, Mat dy, float beta, Mat dx);

    /** A weight in fp32 memory, mapped or allocated. */
    static FrozenMatrix dense(Buf values, int rows, int cols) {
        return new Dense(values, rows, cols);
    }

    /** A weight in bfloat16 memory that is mapped: little-endian, in a direct buffer. */
    static FrozenMatrix half(ByteBuffer values, int rows, int cols) {
        return HalfMatrix.map(values, rows, cols);
    }

    /**
     * A weight in bfloat16 memory that is multiplied in fp32, where its values are the same.
     *
     * @param values little-endian, in a direct buffer
     * @param weight the same, read otherwise
     */
    static FrozenMatrix widened(ByteBuffer values, EncodedWeight weight) {
        return WidenedMatrix.map(values, weight);
    }

    /** A weight that is rounded to bfloat16 now. */
    static FrozenMatrix rounded(MatrixSource weight) {
        return HalfMatrix.round(weight);
    }

    /** An encoded weight, multiplied in fp32. */
    static FrozenMatrix encoded(EncodedWeight weight) {
        return encoded(weight, Precision.FP32);
    }

    /** An encoded weight, decoded to fp32 or to bfloat16 for its products as {@link Precision#halves} says. */
    static FrozenMatrix encoded(EncodedWeight weight, Precision precision) {
        return new EncodedMatrix(weight, precision.halves(weight.rows(), weight.cols()));
    }

    /** Up to so many rows of activations it is the weight's way from memory that costs, or its decoding. */
    int FEW_ROWS = 32;

    /** Plain memory. */
    record Dense(Buf values, int rows, int cols) implements FrozenMatrix {
        @Override
        public long bytes() {
            return 4L * rows * cols;
        }

        @Override
        public void read(int firstRow, int rowCount, float[] into, int offset) {
            values.get(firstRow * cols, into, offset, rowCount * cols);
        }

        @Override
        public void forward(Tape tape, int m, Mat x, Mat y) {
            if (m > FEW_ROWS && OneDnn.fastSingle() && weight(true).suits()) {
                tape.frozenProducts().gemm(m, x, weight(true), 0f, y);
            } else {
                tape.blas().gemm(m, rows, cols, 1f, x, Mat.of(values, cols).t(), 0f, y);
            }
        }

        @Override
        public void backward(Tape tape, int m, Mat dy, float beta, Mat dx) {
            if (OneDnn.fastSingle() && weight(false).suits()) {
                tape.frozenProducts().gemm(m, dy, weight(false), beta, dx);
            } else {
                tape.blas().gemm(m, cols, rows, 1f, dy, Mat.of(values, cols), beta, dx);
            }
        }

        private FrozenProducts.Weight weight(boolean transposed) {
            return new FrozenProducts.Weight(values.address, rows, cols, transposed, ProductKernel.Factors.SINGLE);
        }
    }
}
