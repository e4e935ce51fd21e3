package org.peft4j.engine;

import org.peft4j.api.EncodedWeight;
import org.peft4j.engine.Blas.Mat;

/**
 * A frozen weight that is decoded tile by tile inside the product, by all threads; no whole weight is ever decoded.
 *
 * @param half whether tiles are rounded to bfloat16 and multiplied so
 */
record EncodedMatrix(EncodedWeight weight, boolean half) implements FrozenMatrix {
    /** Elements of a tile: a megabyte in fp32, for all threads; half of that in bfloat16, where each thread has tiles of its own. */
    private static final int TILE = 1 << 18;

    private static final int HALF_TILE = 1 << 18;

    /** Rows and columns of which threads take multiples. */
    private static final int ROWS = 16;

    private static final int COLUMNS = 64;

    /** Numbers of a tile that stays in a core's own cache. */
    private static final int SMALL_TILE = 1 << 14;

    /** Elements a thread decodes at once. */
    private static final int PIECE = 1 << 12;

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
    public boolean halved() {
        return half;
    }

    @Override
    public void read(int firstRow, int rowCount, float[] into, int offset) {
        weight.decode(firstRow, rowCount, into, offset);
    }

    @Override
    public void forward(Tape tape, int m, Mat x, Mat y) {
        if (m <= FEW_ROWS && (!half || tape.generating())) {
            fewRows(tape, m, x, y);
            return;
        }
        if (!half) {
            tiles(
                    tape,
                    (first, count, tile) -> tape.blas().gemm(m, count, cols(), 1f, x, tile.t(), 0f, y.columns(first)));
            return;
        }
        Buf rounded = tape.take(halfLength(m, cols()));
        tape.frozenProducts().round(m, x, cols(), rounded.address);
        forward(tape, m, FrozenProducts.Rounded.of(rounded, cols()), FrozenProducts.Result.of(y, 0f));
        tape.giveBack(rounded);
    }

    @Override
    public void forward(Tape tape, int m, FrozenProducts.Rounded x, FrozenProducts.Result y) {
        // Each thread makes its own columns of the result, from its own rows.
        split(tape, rows(), ROWS, (from, to) -> {
            halfTiles(from, to, 0, cols(), (first, count, tile) -> {
                FrozenProducts.Weight w =
                        new FrozenProducts.Weight(tile, count, cols(), true, ProductKernel.Factors.HALF);
                FrozenProducts.rounded(m, x, w, y.columns(first));
            });
        });
    }

    @Override
    public void backward(Tape tape, int m, Mat dy, float beta, Mat dx) {
        if (!half) {
            tiles(
                    tape,
                    (first, count, tile) -> tape.blas()
                            .gemm(m, cols(), count, 1f, dy.columns(first), tile, first == 0 ? beta : 1f, dx));
            return;
        }
        Buf rounded = tape.take(halfLength(m, rows()));
        tape.frozenProducts().round(m, dy, rows(), rounded.address);
        backward(tape, m, FrozenProducts.Rounded.of(rounded, rows()), beta, dx);
        tape.giveBack(rounded);
    }

    @Override
    public void backward(Tape tape, int m, FrozenProducts.Rounded dy, float beta, Mat dx) {
        // Each thread makes its own columns of the result, from those of all rows.
        split(tape, cols(), COLUMNS, (from, to) -> {
            halfTiles(0, rows(), from, to, (first, count, tile) -> {
                FrozenProducts.Weight w =
                        new FrozenProducts.Weight(tile, count, to - from, false, ProductKernel.Factors.HALF);
                Mat sum = dx.columns(from);
                float factor = first == 0 ? beta : 1f;
                FrozenProducts.rounded(m, dy.columns(first), w, FrozenProducts.Result.of(sum, factor));
            });
        });
    }

    /** Shares 0 to n out to all threads, in multiples of {@code step} but for the end. */
    private static void split(Tape tape, int n, int step, Workers.Range body) {
        tape.workers().split((n + step - 1) / step, 1, (from, to) -> body.run(from * step, Math.min(n, to * step)));
    }

    /** Each thread decodes and multiplies its own rows: what was decoded is still in its first caches. */
    private void fewRows(Tape tape, int m, Mat x, Mat y) {
        int cols = cols();
        int height = Math.max(1, SMALL_TILE / cols);
        tape.workers().split(rows(), 8, (from, to) -> {
            Scratch.Decoded tile = Scratch.decoded(height * cols);
            for (int r = from; r < to; r += height) {
                int n = Math.min(height, to - r);
                weight.decode(r, n, tile.array(), 0);
                tile.memory().put(0, tile.array(), 0, n * cols);
                Mat w = Mat.of(tile.memory(), cols).t();
                if (m == 1) {
                    Blas.vector(n, cols, 1f, x, w, 0f, y.columns(r));
                } else {
                    Blas.single(m, n, cols, 1f, x, w, 0f, y.columns(r));
                }
            }
        });
    }

    private static long halfLength(int rows, int cols) {
        return FrozenProducts.halfLength(rows, cols);
    }

    /** Some rows, decoded to fp32. */
    private interface Tile {
        /** Works with rows {@code first} to {@code first + count}. */
        void run(int first, int count, Mat rows);
    }

    /** Some rows, decoded to bfloat16. */
    private interface HalfTile {
        /** Works with rows {@code first} to {@code first + count} at an address. */
        void run(int first, int count, long rows);
    }

    /** Calls {@code body} with tiles of decoded rows, from the first row to the last. */
    private void tiles(Tape tape, Tile body) {
        int cols = cols();
        int height = Math.min(rows(), Math.max(16, TILE / cols));
        Buf scratch = tape.take((long) height * cols);
        for (int first = 0; first < rows(); first += height) {
            int start = first;
            int count = Math.min(height, rows() - first);
            decode(tape, start, count, (r, n, piece) -> scratch.put(r * cols, piece, 0, n * cols));
            body.run(first, count, Mat.of(scratch, cols));
        }
        tape.giveBack(scratch);
    }

    /** Decodes columns of rows, tile by tile, and works with each while it is still in the thread's own cache. */
    private void halfTiles(int fromRow, int toRow, int from, int to, HalfTile body) {
        int width = to - from;
        int height = Math.min(toRow - fromRow, Math.max(ROWS, HALF_TILE / width / ROWS * ROWS));
        Buf tile = Scratch.take(Math.toIntExact(halfLength(height, width)));
        HalfDecoder decoder = HalfDecoder.of(weight, from, to);
        for (int first = fromRow; first < toRow; first += height) {
            int count = Math.min(height, toRow - first);
            decodeHalves(decoder, first, count, width, tile);
            body.run(first, count, tile.address);
        }
    }

    private static void decodeHalves(HalfDecoder decoder, int first, int count, int width, Buf tile) {
        int step = Math.max(1, PIECE / width);
        short[] halves = new short[step * width];
        for (int r = 0; r < count; r += step) {
            int n = Math.min(step, count - r);
            decoder.rows(first + r, n, halves);
            tile.putHalves(r * width, halves, n * width);
        }
    }

    /** What is done with decoded rows {@code r} to {@code r + n} of a tile. */
    private interface Piece {
        void put(int r, int n, float[] values);
    }

    private void decode(Tape tape, int first, int count, Piece piece) {
        int cols = cols();
        tape.workers().split(count, 8, (from, to) -> {
            int step = Math.max(1, PIECE / cols);
            float[] values = new float[step * cols];
            for (int r = from; r < to; r += step) {
                int n = Math.min(step, to - r);
                weight.decode(first + r, n, values, 0);
                piece.put(r, n, values);
            }
        });
    }
}
