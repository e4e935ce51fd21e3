package org.peft4j.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Tells several listeners. */
record AllListeners(List<TrainingListener> listeners) implements TrainingListener {
    @Override
    public void estimated(MemoryEstimate estimate, OptionalLong available) {
        listeners.forEach(l -> l.estimated(estimate, available));
    }

    @Override
    public void started(TrainingPlan plan) {
        listeners.forEach(l -> l.started(plan));
    }

    @Override
    public void resumed(long step, List<String> notes) {
        listeners.forEach(l -> l.resumed(step, notes));
    }

    @Override
    public void checkpointed(long step, Path file) {
        listeners.forEach(l -> l.checkpointed(step, file));
    }

    @Override
    public void badNumber(BadNumber number) {
        listeners.forEach(l -> l.badNumber(number));
    }

    @Override
    public void stepped(StepReport report) {
        listeners.forEach(l -> l.stepped(report));
    }

    @Override
    public void evaluated(long step, Evaluation evaluation) {
        listeners.forEach(l -> l.evaluated(step, evaluation));
    }

    @Override
    public void sampled(long step, Samples samples) {
        listeners.forEach(l -> l.sampled(step, samples));
    }

    @Override
    public void saved(Path directory) {
        listeners.forEach(l -> l.saved(directory));
    }

    @Override
    public void finished(TrainingResult result) {
        listeners.forEach(l -> l.finished(result));
    }
}
