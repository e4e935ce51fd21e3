package org.peft4j.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.peft4j.api.MatrixSource;
import org.peft4j.engine.Blas.Mat;
import org.peft4j.engine.arrays.ArrayKernels;
import org.peft4j.engine.arrays.PlainKernels;

/** A frozen weight [rows, cols] in bfloat16, multiplied as it is. */
final class HalfMatrix implements FrozenMatrix {
    private final ShortBuffer values;
    private final long address;
    /** What keeps the memory alive. */
    private final Object owner;

    private final int rows;
    private final int cols;
    /** The same weight in another order, made when one-row products are first asked for. */
    private volatile PackedHalf packed;

    private HalfMatrix(ShortBuffer values, long address, Object owner, int rows, int cols) {
        this.values = values;
        this.address = address;
        this.owner = owner;
        this.rows = rows;
        this.cols = cols;
    }

    /** The memory of little-endian bfloat16 numbers in a direct buffer (a mapped file), without copying. */
    static HalfMatrix map(ByteBuffer bytes, int rows, int cols) {
        ByteBuffer slice = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        return new HalfMatrix(slice.asShortBuffer(), new BytePointer(slice).address(), slice, rows, cols);
    }

    /** Rounds a weight to bfloat16, a few rows at a time; ties go to the even neighbour. */
    static HalfMatrix round(MatrixSource weight) {
        int rows = Math.toIntExact(weight.rows());
        int cols = Math.toIntExact(weight.cols());
        BytePointer memory = new BytePointer(2L * rows * cols);
        ShortBuffer shorts =
                memory.asByteBuffer().order(ByteOrder.nativeOrder()).asShortBuffer();
        // The same bits as any others, and as fast where Java hasn't warmed up.
        ArrayKernels kernels = new PlainKernels();
        int step = Math.max(1, (1 << 16) / cols);
        float[] piece = new float[step * cols];
        short[] rounded = new short[piece.length];
        for (int r = 0; r < rows; r += step) {
            int n = Math.min(step, rows - r);
            weight.read(r, n, piece, 0);
            kernels.round(piece, 0, rounded, n * cols);
            shorts.put(r * cols, rounded, 0, n * cols);
        }
        return new HalfMatrix(shorts, memory.address(), memory, rows, cols);
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int cols() {
        return cols;
    }

    @Override
    public long bytes() {
        PackedHalf again = packed;
        return storedBytes() + (again == null ? 0 : again.bytes());
    }

    @Override
    public long storedBytes() {
        return 2L * rows * cols;
    }

    @Override
    public boolean halved() {
        return true;
    }

    @Override
    public void read(int firstRow, int rowCount, float[] into, int offset) {
        short[] piece = new short[rowCount * cols];
        values.get(firstRow * cols, piece, 0, piece.length);
        for (int i = 0; i < piece.length; i++) {
            into[offset + i] = Float.intBitsToFloat(piece[i] << 16);
        }
    }

    @Override
    public void forward(Tape tape, int m, Mat x, Mat y) {
        if (tape.generating() && m <= PackedHalf.MOST_ROWS) {
            packed(tape).forward(tape.workers(), m, x.address(), x.stride(), y.address(), y.stride());
            return;
        }
        FrozenProducts.Weight w = new FrozenProducts.Weight(address, rows, cols, true, ProductKernel.Factors.HALF);
        tape.frozenProducts().gemm(m, x, w, 0f, y);
    }

    @Override
    public void forward(Tape tape, int m, FrozenProducts.Rounded x, FrozenProducts.Result y) {
        tape.frozenProducts()
                .gemm(m, x, new FrozenProducts.Weight(address, rows, cols, true, ProductKernel.Factors.HALF), y);
    }

    @Override
    public void backward(Tape tape, int m, FrozenProducts.Rounded dy, float beta, Mat dx) {
        FrozenProducts.Weight w = new FrozenProducts.Weight(address, rows, cols, false, ProductKernel.Factors.HALF);
        tape.frozenProducts().gemm(m, dy, w, FrozenProducts.Result.of(dx, beta));
    }

    private PackedHalf packed(Tape tape) {
        PackedHalf found = packed;
        if (found == null) {
            synchronized (this) {
                found = packed == null ? PackedHalf.of(tape.workers(), address, rows, cols) : packed;
                packed = found;
            }
        }
        return found;
    }

    @Override
    public void backward(Tape tape, int m, Mat dy, float beta, Mat dx) {
        FrozenProducts.Weight w = new FrozenProducts.Weight(address, rows, cols, false, ProductKernel.Factors.HALF);
        tape.frozenProducts().gemm(m, dy, w, beta, dx);
    }

    @Override
    public String toString() {
        return "bfloat16 [" + rows + ", " + cols + "] of " + owner.getClass().getSimpleName();
    }
}
