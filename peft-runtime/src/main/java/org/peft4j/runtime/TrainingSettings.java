package org.peft4j.runtime;

import java.util.List;
import org.peft4j.api.Setting;
import org.peft4j.config.SettingsBinder;
import org.peft4j.data.BatchSampler;
import org.peft4j.data.BatchSize;
import org.peft4j.data.BatchType;
import org.peft4j.data.Example;

/**
 * How long and in which portions is trained.
 *
 * @param batchSize what goes through the model at once: so many sequences, or tokens
 * @param batchType what the batch size counts
 * @param accumulation batches whose gradients are added up for one step
 * @param steps optimizer steps; 0 to go by epochs
 * @param epochs times through the data where no steps are given
 * @param clip longest gradient; longer ones are shortened to it; 0 for no limit
 * @param seed of first values, order of the data and dropout
 * @param evalEvery steps between evaluations besides those before and after; 0 for none
 * @param patience evaluations without progress after which training ends; 0 to go on
 * @param groupByLength whether sequences of like length share a batch
 * @param gradientCheckpointing whether each layer is run again in the backward pass instead of being kept
 * @param checkpointedLayers how many layers, from the lowest one that keeps anything, that is done with; 0 for all
 * @param onBadNumber what becomes of the run when a loss or gradient is no finite number
 */
public record TrainingSettings(
        @Setting(help = "Sequences that go through the model at once; by batch-type, their tokens.", value = "8")
        int batchSize,

        @Setting(
                help =
                        "What batch-size counts: sequences; tokens, so that each batch takes as many sequences as have so many"
                                + " tokens at most, and all batches are about the same work.",
                value = "sequences")
        BatchType batchType,

        @Setting(help = "Batches whose gradients are added up for one step.", value = "1")
        int accumulation,

        @Setting(help = "Optimizer steps; 0 to go by epochs.", value = "0")
        int steps,

        @Setting(help = "Times through the data, where no steps are given.", value = "1")
        double epochs,

        @Setting(help = "Longest gradient; longer ones are shortened to it; 0 for no limit.", value = "1.0")
        double clip,

        @Setting(help = "Seed of first values, order of the data and dropout.", value = "0")
        long seed,

        @Setting(help = "Steps between evaluations besides those before and after; 0 for none.", value = "0")
        int evalEvery,

        @Setting(
                help = "Evaluations without progress after which training ends, with the best adapter; 0 to go on.",
                value = "0")
        int patience,

        @Setting(help = "Whether sequences of like length share a batch.", value = "false")
        boolean groupByLength,

        @Setting(
                help =
                        "Whether each layer is run again in the backward pass instead of being kept: the same result with far less"
                                + " memory, and slower.",
                value = "false")
        boolean gradientCheckpointing,

        @Setting(
                help =
                        "With gradient-checkpointing, for how many layers, the lowest that keep anything first: each saves as"
                                + " much memory and costs as much time; 0 for all.",
                value = "0")
        int checkpointedLayers,

        @Setting(
                help =
                        "When a step's loss or gradient is NaN or infinite: stop, with the last good adapter; skip, which"
                                + " leaves the step out.",
                value = "stop")
        OnBadNumber onBadNumber) {
    /** Checks the ranges. */
    public TrainingSettings {
        Ranges.atLeast("batch-size", batchSize, 1);
        Ranges.atLeast("accumulation", accumulation, 1);
        Ranges.atLeast("steps", steps, 0);
        Ranges.positive("epochs", epochs);
        Ranges.atLeastZero("clip", clip);
        Ranges.atLeast("eval-every", evalEvery, 0);
        Ranges.atLeast("patience", patience, 0);
        Ranges.atLeast("checkpointed-layers", checkpointedLayers, 0);
        Ranges.require(
                checkpointedLayers == 0 || gradientCheckpointing,
                "checkpointed-layers is " + checkpointedLayers + ", but gradient-checkpointing is false");
    }

    /** All defaults: one epoch in batches of 8. */
    public static TrainingSettings defaults() {
        return SettingsBinder.defaults(TrainingSettings.class);
    }

    /** The same with so many optimizer steps. */
    public TrainingSettings withSteps(int value) {
        Draft draft = new Draft(this);
        draft.steps = value;
        return draft.settings();
    }

    /** The same with so many sequences to a batch. */
    public TrainingSettings withBatchSize(int value) {
        return withBatch(BatchType.SEQUENCES, value);
    }

    /** The same with as many sequences to a batch as have so many tokens at most. */
    public TrainingSettings withBatchTokens(int value) {
        return withBatch(BatchType.TOKENS, value);
    }

    private TrainingSettings withBatch(BatchType type, int value) {
        Draft draft = new Draft(this);
        draft.batchType = type;
        draft.batchSize = value;
        return draft.settings();
    }

    /** The same with another seed. */
    public TrainingSettings withSeed(long value) {
        Draft draft = new Draft(this);
        draft.seed = value;
        return draft.settings();
    }

    /** The same with another answer to numbers that are not finite. */
    public TrainingSettings withOnBadNumber(OnBadNumber value) {
        Draft draft = new Draft(this);
        draft.onBadNumber = value;
        return draft.settings();
    }

    /** The same, with layers run again in the backward pass or kept. */
    public TrainingSettings withGradientCheckpointing(boolean value) {
        Draft draft = new Draft(this);
        draft.gradientCheckpointing = value;
        draft.checkpointedLayers = value ? checkpointedLayers : 0;
        return draft.settings();
    }

    /** The same, evaluated every so many steps and ended after so many evaluations without progress. */
    public TrainingSettings withPatience(int every, int evaluations) {
        Draft draft = new Draft(this);
        draft.evalEvery = every;
        draft.patience = evaluations;
        return draft.settings();
    }

    /** What a batch takes. */
    public BatchSize batch() {
        return new BatchSize(batchType, batchSize);
    }

    /**
     * The batches of a run on these examples, from the first one on.
     *
     * @throws org.peft4j.api.PeftException {@code data-too-long} if an example doesn't fit into a batch
     */
    public BatchSampler sampler(List<Example> examples) {
        return new BatchSampler(examples, batch(), seed, groupByLength);
    }

    /**
     * The number of optimizer steps on these examples; where they go by epochs of batches counted in tokens, every epoch counts as many
     * batches as the first one.
     *
     * @throws org.peft4j.api.PeftException {@code data-too-long} if an example doesn't fit into a batch
     */
    public long totalSteps(List<Example> examples) {
        if (steps > 0) {
            return steps;
        }
        double batches = batchType == BatchType.TOKENS
                ? sampler(examples).batchesPerEpoch()
                : (double) examples.size() / batchSize;
        return Math.max(1, (long) Math.ceil(epochs * batches / accumulation));
    }

    /** Settings of which some are changed. */
    private static final class Draft {
        private int batchSize;
        private BatchType batchType;
        private final int accumulation;
        private int steps;
        private final double epochs;
        private final double clip;
        private long seed;
        private int evalEvery;
        private int patience;
        private final boolean groupByLength;
        private boolean gradientCheckpointing;
        private int checkpointedLayers;
        private OnBadNumber onBadNumber;

        Draft(TrainingSettings from) {
            this.batchSize = from.batchSize;
            this.batchType = from.batchType;
            this.accumulation = from.accumulation;
            this.steps = from.steps;
            this.epochs = from.epochs;
            this.clip = from.clip;
            this.seed = from.seed;
            this.evalEvery = from.evalEvery;
            this.patience = from.patience;
            this.groupByLength = from.groupByLength;
            this.gradientCheckpointing = from.gradientCheckpointing;
            this.checkpointedLayers = from.checkpointedLayers;
            this.onBadNumber = from.onBadNumber;
        }

        TrainingSettings settings() {
            return new TrainingSettings(
                    batchSize,
                    batchType,
                    accumulation,
                    steps,
                    epochs,
                    clip,
                    seed,
                    evalEvery,
                    patience,
                    groupByLength,
                    gradientCheckpointing,
                    checkpointedLayers,
                    onBadNumber);
        }
    }
}
