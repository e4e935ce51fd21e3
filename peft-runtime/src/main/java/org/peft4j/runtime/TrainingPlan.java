package org.peft4j.runtime;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.peft4j.data.Dataset;
import org.peft4j.model.Adapter;

/**
 * Everything a run needs.
 *
 * @param model the model
 * @param adapter what is trained on it
 * @param train data to train on
 * @param eval held-out data
 * @param optimizer moves the parameters
 * @param learningRate the highest rate
 * @param schedule scales it
 * @param settings how long, and in which portions
 * @param samples what is generated before and after
 * @param output where the result is written; empty to keep it in memory
 * @param description the run's configuration, all defaults filled in, for the record
 */
public record TrainingPlan(
        PeftModel model,
        Adapter adapter,
        Dataset train,
        Optional<Dataset> eval,
        Optimizer optimizer,
        double learningRate,
        Schedule schedule,
        TrainingSettings settings,
        SampleSettings samples,
        Optional<Path> output,
        Map<String, Object> description) {
    /** The number of optimizer steps. */
    public long totalSteps() {
        return settings.totalSteps(train.examples().size());
    }
}
