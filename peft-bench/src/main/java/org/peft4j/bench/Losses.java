package org.peft4j.bench;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.ModelOps;
import org.peft4j.engine.Tensor;

/** Cross-entropy of a chunk of logits, [64, vocabulary], copied first, as it is computed in their memory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Losses {
    private static final int ROWS = 64;

    private final double[] total = new double[1];
    private EngineParam logits;
    private int[] targets;

    /** Makes logits and targets. */
    @Setup(Level.Trial)
    public void prepare(Workbench bench) {
        int vocabulary = bench.sizes().vocabulary();
        logits = bench.tensor("logits", ROWS, vocabulary);
        targets = IntStream.range(0, ROWS).map(i -> i * 31 % vocabulary).toArray();
        bench.allocate();
    }

    /** The loss. */
    @Benchmark
    public Tensor crossEntropy(Workbench bench) {
        return bench.forward(tape -> ModelOps.crossEntropy(tape, logits, targets, 1f / ROWS, total));
    }

    /** The loss and the logits' gradient. */
    @Benchmark
    public void crossEntropyAndBackward(Workbench bench) {
        bench.forwardAndBackward(tape -> ModelOps.crossEntropy(tape, logits, targets, 1f / ROWS, total));
    }
}
