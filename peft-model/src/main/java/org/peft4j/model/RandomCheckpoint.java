package org.peft4j.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.peft4j.api.BaseParam;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.checkpoint.TensorSource;

/** A model with random weights: a start for pretraining, or a shape to measure speed on. */
public final class RandomCheckpoint {
    private RandomCheckpoint() {}

    /**
     * Writes a checkpoint whose matrices are normally distributed, norms one and biases zero.
     *
     * @param companions directory to copy the tokenizer's files from, where there are any
     * @param std standard deviation of the matrices' elements
     */
    public static void write(
            Path directory,
            ModelConfig config,
            Path companions,
            DType dtype,
            double std,
            long seed,
            CheckpointWriter.Existing existing) {
        List<TensorSource> tensors = new ArrayList<>();
        SplittableRandom seeds = new SplittableRandom(seed);
        for (BaseParam p : ModelSites.shape(config).parameters()) {
            long own = seeds.nextLong();
            tensors.add(tensor(p, dtype, std, own));
        }
        CheckpointWriter.write(directory, config, tensors, companions, existing);
    }

    private static TensorSource tensor(BaseParam p, DType dtype, double std, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean matrix = p.kind() == BaseParam.Kind.WEIGHT || p.kind() == BaseParam.Kind.EMBEDDING;
        float constant = p.kind() == BaseParam.Kind.NORM ? 1f : 0f;
        return TensorSource.of(p.path(), dtype, p.shape().toArray(), (first, into, offset, count) -> {
            for (int i = 0; i < count; i++) {
                into[offset + i] = matrix ? (float) (std * random.nextGaussian()) : constant;
            }
        });
    }
}
