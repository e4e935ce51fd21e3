package org.peft4j.bench;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.peft4j.api.Init;
import org.peft4j.api.ParamSpec;
import org.peft4j.engine.Engine;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.ParameterSet;
import org.peft4j.engine.Tape;
import org.peft4j.engine.Tensor;

/** An engine, the sizes of a model, and tensors that outlive a run: what every benchmark starts from. */
@State(Scope.Benchmark)
public class Workbench {
    /** Whose sizes; see {@link Sizes}. */
    @Param("smollm-135m")
    public String sizes;

    /** Threads that compute; 0 for one a processor. */
    @Param("0")
    public int threads;

    private Engine engine;
    private ParameterSet tensors;

    /**
     * Sizes of a model and a batch.
     *
     * @param tokens rows of a batch
     * @param length tokens of a sequence
     * @param hidden width of the residual stream
     * @param heads query heads
     * @param kvHeads key/value heads
     * @param inner width of the feed-forward block
     * @param vocabulary number of token ids
     */
    public record Sizes(int tokens, int length, int hidden, int heads, int kvHeads, int inner, int vocabulary) {
        static Sizes of(String name) {
            return switch (name) {
                case "tiny" -> new Sizes(16, 8, 64, 4, 2, 128, 256);
                case "smollm-135m" -> new Sizes(1024, 256, 576, 9, 3, 1536, 49152);
                case "smollm-135m-long" -> new Sizes(2048, 2048, 576, 9, 3, 1536, 49152);
                case "tinyllama-1.1b" -> new Sizes(512, 512, 2048, 32, 4, 5632, 32000);
                default ->
                    throw new IllegalArgumentException(
                            "sizes are tiny, smollm-135m, smollm-135m-long and tinyllama-1.1b, not " + name);
            };
        }

        /** Width of a head. */
        public int headDim() {
            return hidden / heads;
        }
    }

    /** Starts the engine. */
    @Setup(Level.Trial)
    public void start() {
        engine = threads == 0 ? Engine.create() : Engine.create(threads);
        tensors = new ParameterSet(engine, 1);
    }

    /** Ends its threads. */
    @TearDown(Level.Trial)
    public void stop() {
        engine.close();
    }

    /** The sizes in use. */
    public Sizes sizes() {
        return Sizes.of(sizes);
    }

    /** The engine. */
    public Engine engine() {
        return engine;
    }

    /** The tensors made so far. */
    public ParameterSet tensors() {
        return tensors;
    }

    /** A tensor of normally distributed numbers that gradients are asked for, there after {@link #allocate}. */
    public EngineParam tensor(String name, long... shape) {
        return tensors.add(name, ParamSpec.of(name, new Init.Normal(0, 0.5), shape));
    }

    /** Gives the tensors their values. */
    public void allocate() {
        tensors.allocate();
    }

    /** Runs a kernel without gradients. */
    public Tensor forward(Kernel kernel) {
        try (Tape tape = engine.tape(false, false, 0)) {
            return kernel.run(tape);
        }
    }

    /** Runs a kernel, and backward with a gradient of ones. */
    public void forwardAndBackward(Kernel kernel) {
        try (Tape tape = engine.tape(true, true, 0)) {
            tape.backward(kernel.run(tape));
        }
    }

    /** An operation on a tape. */
    @FunctionalInterface
    public interface Kernel {
        /** What it computes. */
        Tensor run(Tape tape);
    }
}
