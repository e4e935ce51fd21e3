package org.peft4j.runtime;

import java.nio.file.Path;
import java.util.List;
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

    /**
     * An unfinished run is gone on with. Its evaluation and generations before training follow.
     *
     * @param step steps done until then
     * @param notes what the user should know, a sentence each
     */
    default void resumed(long step, List<String> notes) {}

    /** A checkpoint was written, from which the run can be gone on with. */
    default void checkpointed(long step, Path file) {}

    /** A step's loss or gradient was NaN or infinite: the step is left out, or the run ends. */
    default void badNumber(BadNumber number) {}

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
