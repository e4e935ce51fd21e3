package org.peft4j.engine;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.peft4j.api.EncodedWeight;
import org.peft4j.api.RawTensor;

/**
 * Kept as it is: an encoding that loses nothing.
 *
 * @param decoded how many numbers were decoded: those of the whole weight for each product with it
 */
record KeptWeight(Given of, AtomicLong decoded) implements EncodedWeight {
    KeptWeight(Given of) {
        this(of, new AtomicLong());
    }

    @Override
    public long rows() {
        return of.rows();
    }

    @Override
    public long cols() {
        return of.cols();
    }

    @Override
    public long bytes() {
        return 4L * of.values().length;
    }

    @Override
    public void decode(long firstRow, int rowCount, float[] into, int offset) {
        int cols = of.cols();
        decoded.addAndGet((long) rowCount * cols);
        System.arraycopy(of.values(), (int) firstRow * cols, into, offset, rowCount * cols);
    }

    @Override
    public Map<String, RawTensor> tensors() {
        return Map.of();
    }
}
