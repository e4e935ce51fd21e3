package org.peft4j.bench;

import java.util.List;
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
import org.peft4j.engine.Attention;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.Tape;
import org.peft4j.engine.Tensor;

/** Causal attention with grouped heads over the sequences of a batch. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AttentionBlocks {
    private EngineParam q;
    private EngineParam k;
    private EngineParam v;
    private int[] starts;
    private Attention.Heads heads;

    /** Makes queries, keys and values. */
    @Setup(Level.Trial)
    public void prepare(Workbench bench) {
        Workbench.Sizes s = bench.sizes();
        q = bench.tensor("q", s.tokens(), (long) s.heads() * s.headDim());
        k = bench.tensor("k", s.tokens(), (long) s.kvHeads() * s.headDim());
        v = bench.tensor("v", s.tokens(), (long) s.kvHeads() * s.headDim());
        starts = IntStream.rangeClosed(0, s.tokens() / s.length())
                .map(i -> i * s.length())
                .toArray();
        heads = new Attention.Heads(s.heads(), s.kvHeads(), s.headDim(), Attention.CAUSAL);
        bench.allocate();
    }

    private Tensor attend(Tape tape) {
        return Attention.causal(tape, q, k, v, starts, 0, List.of(), heads);
    }

    /** The attended values. */
    @Benchmark
    public Tensor forward(Workbench bench) {
        return bench.forward(this::attend);
    }

    /** The same and the gradients of queries, keys and values. */
    @Benchmark
    public void forwardAndBackward(Workbench bench) {
        bench.forwardAndBackward(this::attend);
    }
}
