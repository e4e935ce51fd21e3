package org.peft4j.engine;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.peft4j.api.EncodedWeight;
import org.peft4j.engine.Blas.Mat;
import org.peft4j.engine.ProductKernel.Factors;

/**
 * A frozen weight [rows, cols] in bfloat16 memory, multiplied in fp32: half the memory of its fp32 copy, and the same products, as
 * every bfloat16 number is an fp32 number.
 *
 * @param tiles the same weight for products that no compiled kernel suits
 * @param memory what keeps the numbers alive
 * @param address of the first number
 */
record WidenedMatrix(EncodedMatrix tiles, ByteBuffer memory, long address) implements FrozenMatrix {
    static WidenedMatrix map(ByteBuffer bytes, EncodedWeight weight) {
        return new WidenedMatrix(new EncodedMatrix(weight, false), bytes, new BytePointer(bytes).address());
    }

    @Override
    public int rows() {
        return tiles.rows();
    }

    @Override
    public int cols() {
        return tiles.cols();
    }

    @Override
    public long bytes() {
        return tiles.bytes();
    }

    @Override
    public void read(int firstRow, int rowCount, float[] into, int offset) {
        tiles.read(firstRow, rowCount, into, offset);
    }

    @Override
    public void forward(Tape tape, int m, Mat x, Mat y) {
        if (m > FEW_ROWS && OneDnn.fastSingle() && weight(true).suits()) {
            tape.frozenProducts().gemm(m, x, weight(true), 0f, y);
        } else {
            tiles.forward(tape, m, x, y);
        }
    }

    @Override
    public void backward(Tape tape, int m, Mat dy, float beta, Mat dx) {
        if (OneDnn.fastSingle() && weight(false).suits()) {
            tape.frozenProducts().gemm(m, dy, weight(false), beta, dx);
        } else {
            tiles.backward(tape, m, dy, beta, dx);
        }
    }

    private FrozenProducts.Weight weight(boolean transposed) {
        return new FrozenProducts.Weight(address, rows(), cols(), transposed, Factors.WIDENED);
    }
}
