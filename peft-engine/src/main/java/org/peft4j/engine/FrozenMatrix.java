package org.peft4j.engine;

import java.nio.ByteBuffer;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.MatrixSource;
import org.peft4j.engine.Blas.Mat;

/** A weight [out, in] that is never trained: plain fp32 memory, or encoded and decoded tile by tile inside the product. */
public sealed interface FrozenMatrix permits FrozenMatrix.Dense, FrozenMatrix.Encoded, HalfMatrix {
    /** Number of outputs. */
    int rows();

    /** Number of inputs. */
    int cols();

    /** Bytes it takes in memory. */
    long bytes();

    /** Decodes rows into an array. */
    void read(int firstRow, int rowCount, float[] into, int offset);

    /** {@code y = x w^T} with x [m, cols] and y [m, rows]. */
    void forward(Tape tape, int m, Mat x, Mat y);

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

    /** A weight that is rounded to bfloat16 now. */
    static FrozenMatrix rounded(MatrixSource weight) {
        return HalfMatrix.round(weight);
    }

    /** An encoded weight. */
    static FrozenMatrix encoded(EncodedWeight weight) {
        return new Encoded(weight);
    }

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
            if (OneDnn.fastSingle() && weight(true).suits()) {
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
            return new FrozenProducts.Weight(values.address, rows, cols, transposed, false);
        }
    }

    /** Encoded: tiles of about a megabyte, decoded by all threads. */
    record Encoded(EncodedWeight weight) implements FrozenMatrix {
        private static final int TILE = 1 << 18;

        @Override
        public int rows() {
            return Math.toIntExact(weight.rows());
        }

        @Override
        public int cols() {
            return Math.toIntExact(weight.cols());
        }

        @Override
        public long bytes() {
            return weight.bytes();
        }

        @Override
        public void read(int firstRow, int rowCount, float[] into, int offset) {
            weight.decode(firstRow, rowCount, into, offset);
        }

        @Override
        public void forward(Tape tape, int m, Mat x, Mat y) {
            tiles(
                    tape,
                    (first, count, tile) -> tape.blas().gemm(m, count, cols(), 1f, x, tile.t(), 0f, y.columns(first)));
        }

        @Override
        public void backward(Tape tape, int m, Mat dy, float beta, Mat dx) {
            tiles(
                    tape,
                    (first, count, tile) -> tape.blas()
                            .gemm(m, cols(), count, 1f, dy.columns(first), tile, first == 0 ? beta : 1f, dx));
        }

        /** Some rows, decoded. */
        private interface Tile {
            /** Works with rows {@code first} to {@code first + count}. */
            void run(int first, int count, Mat rows);
        }

        /** Calls {@code body} with tiles of decoded rows, from the first row to the last. */
        private void tiles(Tape tape, Tile body) {
            int cols = cols();
            int height = Math.min(rows(), Math.max(16, TILE / cols));
            Buf scratch = tape.take((long) height * cols);
            for (int first = 0; first < rows(); first += height) {
                int start = first;
                int count = Math.min(height, rows() - first);
                tape.workers().split(count, 8, (from, to) -> {
                    int step = Math.max(1, 4096 / cols);
                    float[] piece = new float[step * cols];
                    for (int r = from; r < to; r += step) {
                        int n = Math.min(step, to - r);
                        weight.decode(start + r, n, piece, 0);
                        scratch.put(r * cols, piece, 0, n * cols);
                    }
                });
                body.run(first, count, Mat.of(scratch, cols));
            }
            tape.giveBack(scratch);
        }
    }
}
