package org.peft4j.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.peft4j.api.MatrixSource;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.FrozenMatrix;
import org.peft4j.engine.ModelOps;
import org.peft4j.engine.OffHeap;
import org.peft4j.engine.Tensor;
import org.peft4j.qlora.Nf4Codec;

/** Products of a batch with a frozen weight [inner, hidden] in its forms, and the decoding of one in 4 bits by itself. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Products {
    /** The weight's form: fp32, bf16 or nf4. */
    @Param({"fp32", "bf16", "nf4"})
    public String form;

    private FrozenMatrix weight;
    private EngineParam x;
    private float[] decoded;

    /** Makes the weight and the batch. */
    @Setup(Level.Trial)
    public void prepare(Workbench bench) {
        int rows = bench.sizes().inner();
        int cols = bench.sizes().hidden();
        float[] values = new float[rows * cols];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i % 17 - 8) / 100f;
        }
        weight = switch (form) {
            case "fp32" -> FrozenMatrix.dense(OffHeap.of(values), rows, cols);
            case "bf16" -> FrozenMatrix.rounded(new Values(values, rows, cols));
            case "nf4" -> FrozenMatrix.encoded(new Nf4Codec().encode(new Values(values, rows, cols)));
            default -> throw new IllegalArgumentException("forms are fp32, bf16 and nf4, not " + form);
        };
        decoded = new float[values.length];
        x = bench.tensor("x", bench.sizes().tokens(), cols);
        bench.allocate();
    }

    private record Values(float[] values, long rows, long cols) implements MatrixSource {
        @Override
        public void read(long firstRow, int rowCount, float[] into, int offset) {
            System.arraycopy(values, (int) (firstRow * cols), into, offset, (int) (rowCount * cols));
        }
    }

    /** {@code x w^T}. */
    @Benchmark
    public Tensor forward(Workbench bench) {
        return bench.forward(tape -> ModelOps.linear(tape, x, weight));
    }

    /** The same and {@code dx = dy w}. */
    @Benchmark
    public void forwardAndBackward(Workbench bench) {
        bench.forwardAndBackward(tape -> ModelOps.linear(tape, x, weight));
    }

    /** The whole weight as numbers, on one thread. */
    @Benchmark
    public float[] read() {
        weight.read(0, weight.rows(), decoded, 0);
        return decoded;
    }
}
