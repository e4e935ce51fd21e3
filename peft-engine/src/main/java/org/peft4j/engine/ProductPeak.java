package org.peft4j.engine;

import org.peft4j.api.MatrixSource;
import org.peft4j.engine.Blas.Mat;

/**
 * How fast matrix products are here at their best: large products with a frozen weight, all threads, the best of many.
 *
 * @param single operations a second in fp32, two for each multiply-add
 * @param half the same with weights in bfloat16; what fp32 reaches where there is no bfloat16
 */
public record ProductPeak(double single, double half) {
    private static final int ROWS = 1024;
    private static final int OUT = 1536;
    private static final int IN = 1024;
    private static final long NANOS = 400_000_000;

    /** Measures for about a second. */
    public static ProductPeak measure(Engine engine) {
        float[] values = new float[OUT * IN];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i % 17 - 8) / 8f;
        }
        double single = rate(engine, FrozenMatrix.dense(OffHeap.of(values), OUT, IN));
        boolean there = OneDnn.available();
        double half = there ? rate(engine, FrozenMatrix.rounded(new Values(values))) : single;
        return new ProductPeak(single, Math.max(single, half));
    }

    private static double rate(Engine engine, FrozenMatrix weight) {
        try (Tape tape = engine.tape(false, false, 0)) {
            Buf x = tape.take((long) ROWS * IN);
            Buf y = tape.take((long) ROWS * OUT);
            x.fill(0.5f);
            long best = Long.MAX_VALUE;
            long end = System.nanoTime() + NANOS;
            for (long start = System.nanoTime(); start < end; start = System.nanoTime()) {
                weight.forward(tape, ROWS, Mat.of(x, IN), Mat.of(y, OUT));
                best = Math.min(best, System.nanoTime() - start);
            }
            tape.giveBack(x);
            tape.giveBack(y);
            return 2e9 * ROWS * OUT * IN / best;
        }
    }

    /** A weight of given numbers. */
    private record Values(float[] values) implements MatrixSource {
        @Override
        public long rows() {
            return OUT;
        }

        @Override
        public long cols() {
            return IN;
        }

        @Override
        public void read(long firstRow, int rowCount, float[] into, int offset) {
            System.arraycopy(values, Math.toIntExact(firstRow * IN), into, offset, rowCount * IN);
        }
    }
}
