package org.peft4j.runtime;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.peft4j.api.ModelShape;
import org.peft4j.data.BatchSize;
import org.peft4j.data.BatchType;
import org.peft4j.data.Dataset;
import org.peft4j.data.Example;
import org.peft4j.engine.ParameterSet;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.StepMemory;

/**
 * How much memory training will hold resident at its peak, in bytes. Activations are measured on two short texts and extended to the
 * largest batch, so the estimate holds for methods nobody knows here; all else is counted.
 *
 * @param program Java itself, native libraries, garbage
 * @param weights the base's frozen weights; where they are mapped, the system can drop and read them again
 * @param parameters values and gradients of the adapters' parameters, and the copies of the values that are kept
 * @param optimizer what the optimizers remember
 * @param step activations and gradients of the largest batch
 * @param evaluation activations of the largest batch that is evaluated or generated from, with its cached keys and values
 */
public record MemoryEstimate(long program, long weights, long parameters, long optimizer, long step, long evaluation) {
    /** Measured: steps of a model of a megabyte, less what is counted here. */
    private static final long PROGRAM = 200_000_000;

    /** Measured: what a tokenizer and reading data add. */
    private static final long READING = 70_000_000;

    /**
     * Estimates training on batches of sequences of one length, by AdamW, without evaluation.
     *
     * @param model the base with the adapters that are trained; gradients are added to their parameters
     * @param sequences of a batch
     * @param length tokens of each
     */
    public static MemoryEstimate of(AdaptedModel model, int sequences, int length) {
        long values = 4 * trainable(model);
        long tokens = (long) sequences * length;
        long step = StepMemory.training(model).bytes(tokens, tokens - sequences);
        return new MemoryEstimate(PROGRAM, model.frozenBytes(), 2 * values, 2 * values, step, 0);
    }

    /** Estimates a run. */
    public static MemoryEstimate of(TrainingPlan plan) {
        AdaptedModel model = plan.adapted();
        long values = 4 * trainable(model);
        long copies = plan.settings().patience() > 0 ? 2 : 1;
        long optimizer = plan.trained().parts().stream()
                .map(p -> p.optimizer().state().values())
                .flatMap(Collection::stream)
                .mapToLong(INDArray::length)
                .sum();
        Largest batch = Largest.of(plan.train(), plan.settings().batch());
        return new MemoryEstimate(
                PROGRAM
                        + READING
                        + texts(plan.train())
                        + plan.eval().map(MemoryEstimate::texts).orElse(0L),
                model.frozenBytes(),
                (2 + copies) * values,
                4 * optimizer,
                StepMemory.training(model).bytes(batch.tokens, batch.targets),
                plan.eval().map(d -> evaluation(plan, model, d)).orElse(0L));
    }

    /** All of it. */
    public long total() {
        return program + weights + parameters + optimizer + Math.max(step, evaluation);
    }

    private static long trainable(AdaptedModel model) {
        return model.adapters().stream()
                .map(a -> a.parameters())
                .mapToLong(ParameterSet::trainableCount)
                .sum();
    }

    /** A token's id and mark, the row's text and the objects around them. */
    private static long texts(Dataset data) {
        return 12 * data.counts().tokens() + 400L * data.examples().size();
    }

    private static long evaluation(TrainingPlan plan, AdaptedModel model, Dataset data) {
        StepMemory memory = StepMemory.evaluation(model);
        Largest longest = Largest.of(data.examples(), 1);
        long tokens = Math.min(data.counts().tokens(), Math.max(longest.tokens, Evaluator.BATCH_TOKENS));
        long loss = memory.bytes(tokens, tokens);
        int prompts = Math.min(
                data.examples().size(),
                Math.max(plan.samples().shown(), plan.samples().checked()));
        if (prompts == 0) {
            return loss;
        }
        ModelShape shape = model.base().shape();
        long read = Largest.of(data.examples(), prompts).tokens;
        long made = (long) prompts * plan.samples().maxNewTokens();
        long cached = 8L * shape.layers() * shape.kvWidth() * (read + made);
        return Math.max(loss, memory.bytes(read, 0) + cached + 4L * prompts * shape.vocabularySize());
    }

    /** The longest examples, as many as a batch has, or as many tokens as a batch can have at most. */
    private record Largest(long tokens, long targets) {
        static Largest of(Dataset data, BatchSize batch) {
            if (batch.type() == BatchType.SEQUENCES) {
                return of(data.examples(), batch.most());
            }
            long most = batch.most();
            return new Largest(
                    Math.min(most, data.counts().tokens()),
                    Math.min(most, data.counts().targetTokens()));
        }

        static Largest of(List<Example> examples, int count) {
            List<Example> longest = examples.stream()
                    .sorted(Comparator.comparingInt(Example::length).reversed())
                    .limit(count)
                    .toList();
            return new Largest(
                    longest.stream().mapToLong(Example::length).sum(),
                    longest.stream().mapToLong(Example::targetCount).sum());
        }
    }
}
