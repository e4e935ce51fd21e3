package org.peft4j.engine;

import org.peft4j.api.EncodedWeight;
import org.peft4j.engine.Blas.Mat;

/** A weight [out, in] that is never trained: plain fp32 memory, or encoded and decoded tile by tile inside the product. */
public sealed interface FrozenMatrix {
    /** Number of outputs. */
    int rows();

    /** Number of inputs. */
    int cols();

    /** Bytes it takes in memory. */
    long bytes();

    /** Decodes rows into an array. */
    void read(int firstRow, int rowCount, float[] into, int offset);

    /** Calls {@code body} with tiles of decoded rows, from the first row to the last. */
    void tiles(Tape tape, Tile body);

    /** A weight in fp32 memory, mapped or allocated. */
    static FrozenMatrix dense(Buf values, int rows, int cols) {
        return new Dense(values, rows, cols);
    }

    /** An encoded weight. */
    static FrozenMatrix encoded(EncodedWeight weight) {
        return new Encoded(weight);
    }

    /** Some rows, decoded. */
    interface Tile {
        /** Works with rows {@code first} to {@code first + count}. */
        void run(int first, int count, Mat rows);
    }

    /** Plain memory: one tile. */
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
        public void tiles(Tape tape, Tile body) {
            body.run(0, rows, Mat.of(values, cols));
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
        public void tiles(Tape tape, Tile body) {
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
