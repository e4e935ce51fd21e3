package org.peft4j.runtime;

import java.nio.file.Path;
import java.util.OptionalLong;

/** Is told how a run goes. Called on the thread that trains; what it throws ends the run. */
public interface TrainingListener {
    /**
     * How much memory the run will need, before it begins.
     *
     * @param available what the machine will have for it, in bytes; empty where the system doesn't tell
     */
    default void estimated(MemoryEstimate estimate, OptionalLong available) {}

    /** Training is about to begin. */
    default void started(TrainingPlan plan) {}

    /** A step was made. */
    default void stepped(StepReport report) {}

    /** The held-out loss after {@code step} steps (0: before training). */
    default void evaluated(long step, Evaluation evaluation) {}

    /** Generations before ({@code step} 0) or after training. */
    default void sampled(long step, Samples samples) {}

    /** The result was written. */
    default void saved(Path directory) {}

    /** The run is over. */
    default void finished(TrainingResult result) {}
}
