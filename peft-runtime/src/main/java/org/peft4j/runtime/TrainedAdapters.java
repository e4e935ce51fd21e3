package org.peft4j.runtime;

import java.util.List;
import org.peft4j.api.Installer;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.ParameterSet;

/** All that one run trains, as if it were one vector of parameters: clipped by one norm, moved at one rate. */
record TrainedAdapters(List<TrainedAdapter> parts) {
    void zeroGradients() {
        parts.forEach(p -> p.adapter().parameters().zeroGradients());
    }

    /** The Euclidean length of all gradients together. */
    double gradientNorm() {
        double norm = 0;
        for (TrainedAdapter part : parts) {
            norm = Math.hypot(norm, part.adapter().parameters().gradientNorm());
        }
        return norm;
    }

    /** Whether no value is infinite or NaN. */
    boolean finite() {
        return parts.stream()
                .flatMap(p -> p.adapter().parameters().all().stream())
                .allMatch(EngineParam::finite);
    }

    void scaleGradients(double factor) {
        parts.forEach(p -> p.adapter().parameters().scaleGradients(factor));
    }

    /** One step of every optimizer, and what methods do after it. */
    void step(double rate, long step, long totalSteps) {
        for (TrainedAdapter part : parts) {
            ParameterSet parameters = part.adapter().parameters();
            List<Installer.StepHook> hooks = part.adapter().stepHooks();
            if (hooks.isEmpty()) {
                part.optimizer().step(rate);
                continue;
            }
            FinishedStep finished = FinishedStep.keepGradients(parameters, step, totalSteps);
            part.optimizer().step(rate);
            hooks.forEach(h -> h.afterStep(finished));
        }
    }

    /** A place to keep a copy of all parameters. */
    LastGood copy() {
        return new LastGood(parts.stream().map(p -> p.adapter().parameters()).toList());
    }
}
