package org.peft4j.model;

import java.util.Map;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.MatrixSource;
import org.peft4j.api.RawTensor;
import org.peft4j.api.Shape;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.TensorEntry;
import org.peft4j.engine.FrozenMatrix;
import org.peft4j.engine.OffHeap;
import org.peft4j.engine.Precision;

/** A matrix of a checkpoint in its own element type, converted as it is read. */
record CheckpointMatrix(Checkpoint checkpoint, TensorEntry entry) implements EncodedWeight, MatrixSource {
    static FrozenMatrix load(Checkpoint checkpoint, String key, Precision precision) {
        CheckpointMatrix matrix = new CheckpointMatrix(checkpoint, checkpoint.entry(key));
        if (precision.halves(matrix.rows(), matrix.cols())) {
            return matrix.entry.dtype() == DType.BF16
                    ? FrozenMatrix.half(
                            checkpoint.bytes(key), Math.toIntExact(matrix.rows()), Math.toIntExact(matrix.cols()))
                    : FrozenMatrix.rounded(matrix);
        }
        if (matrix.entry.dtype() == DType.F32) {
            return FrozenMatrix.dense(
                    OffHeap.map(checkpoint.bytes(key)), Math.toIntExact(matrix.rows()), Math.toIntExact(matrix.cols()));
        }
        return matrix.entry.dtype() == DType.BF16
                ? FrozenMatrix.widened(checkpoint.bytes(key), matrix)
                : FrozenMatrix.encoded(matrix);
    }

    @Override
    public long rows() {
        return entry.elements() / cols();
    }

    @Override
    public long cols() {
        return entry.dimension(entry.rank() - 1);
    }

    @Override
    public long bytes() {
        return entry.byteLength();
    }

    @Override
    public void read(long firstRow, int rowCount, float[] into, int offset) {
        int cols = Math.toIntExact(cols());
        checkpoint.readOnce(entry.name(), firstRow * cols, into, offset, rowCount * cols);
    }

    @Override
    public void decode(long firstRow, int rowCount, float[] into, int offset) {
        int cols = Math.toIntExact(cols());
        checkpoint.read(entry.name(), firstRow * cols, into, offset, rowCount * cols);
    }

    @Override
    public Map<String, RawTensor> tensors() {
        return Map.of(
                "weight", new RawTensor(entry.dtype().name(), Shape.of(entry.shape()), checkpoint.bytes(entry.name())));
    }
}
