package org.peft4j.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peft4j.data.BatchSampler;
import org.peft4j.data.Dataset;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;

/**
 * Everything a run needs.
 *
 * @param model the model
 * @param adapter what is trained on it
 * @param train data to train on
 * @param eval held-out data
 * @param optimizer moves the adapter's parameters
 * @param together adapters that are trained with it, inside of it in the order of nesting
 * @param beneath adapters that are active but stay as they are, innermost
 * @param learningRate the highest rate
 * @param schedule scales it
 * @param settings how long, and in which portions
 * @param samples what is generated before and after
 * @param checkpoints what is kept of the run while it isn't finished
 * @param resume whether an unfinished run in the output is gone on with
 * @param output where the result is written; empty to keep it in memory
 * @param description the run's configuration, all defaults filled in, for the record
 */
public record TrainingPlan(
        PeftModel model,
        Adapter adapter,
        Dataset train,
        Optional<Dataset> eval,
        Optimizer optimizer,
        List<TrainedAdapter> together,
        List<Adapter> beneath,
        double learningRate,
        Schedule schedule,
        TrainingSettings settings,
        SampleSettings samples,
        CheckpointSettings checkpoints,
        boolean resume,
        Optional<Path> output,
        Map<String, Object> description) {
    /** Copies the lists. */
    public TrainingPlan {
        together = List.copyOf(together);
        beneath = List.copyOf(beneath);
    }

    /** The base with every adapter that is active in training. */
    public AdaptedModel adapted() {
        List<Adapter> all = new ArrayList<>(beneath);
        together.forEach(t -> all.add(t.adapter()));
        all.add(adapter);
        AdaptedModel adapted = AdaptedModel.of(model.base(), all);
        return settings.gradientCheckpointing() ? adapted.recomputing(settings.checkpointedLayers()) : adapted;
    }

    /** What is trained, in the order of nesting. */
    public List<Adapter> trainedAdapters() {
        return trained().parts().stream().map(TrainedAdapter::adapter).toList();
    }

    /** How many parameters are trained. */
    public long trainableCount() {
        return trainedAdapters().stream()
                .mapToLong(a -> a.parameters().trainableCount())
                .sum();
    }

    /**
     * Where one of the adapters goes in the run's output: the output itself for a lone one and for one called {@code default}, else
     * a directory of its name, as HuggingFace peft does.
     */
    public Path place(Adapter trained, Path out) {
        boolean lone = together.isEmpty() || trained.name().equals("default");
        return lone ? out : out.resolve(trained.name());
    }

    TrainedAdapters trained() {
        List<TrainedAdapter> all = new ArrayList<>(together);
        all.add(new TrainedAdapter(adapter, optimizer));
        return new TrainedAdapters(all);
    }

    /** The number of optimizer steps. */
    public long totalSteps() {
        return settings.totalSteps(train.examples());
    }

    /** The run's batches, from the first one on. */
    public BatchSampler sampler() {
        return settings.sampler(train.examples());
    }
}
