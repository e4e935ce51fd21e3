package org.peft4j.testkit;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.peft4j.engine.EngineParam;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;

/** What training does to the parameters, and what it must not. */
final class TrainingChecks {
    /** Parameters behind a gate that starts at zero have no gradient before the second step. */
    private static final int FEW = 4;

    private static final int MORE = 30;

    private TrainingChecks() {}

    static <C extends Record> void equalSeeds(Trial<C> trial) {
        Adapter one = trial.fresh(3);
        Adapter two = trial.fresh(3);
        for (EngineParam p : one.parameters().all()) {
            if (!Arrays.equals(p.toArray(), two.parameters().get(p.key()).toArray())) {
                throw Trial.fault(
                        "With one seed, " + p.key() + " starts from different values.",
                        "First values come from Init and the seed alone; random numbers of one's own, a clock or a field that"
                                + " remembers earlier calls make runs that can't be repeated.");
            }
        }
    }

    static <C extends Record> void everyParameterMoves(Trial<C> trial) {
        Adapter adapter = trial.fresh(1);
        Map<String, float[]> before = new HashMap<>();
        Map<String, Boolean> reached = new HashMap<>();
        adapter.parameters().all().forEach(p -> before.put(p.key(), p.toArray()));
        Steps steps = new Steps(AdaptedModel.of(trial.base(), adapter), adapter, FEW);
        for (int i = 0; i < FEW; i++) {
            steps.step();
            for (EngineParam p : adapter.parameters().trainable()) {
                reached.merge(p.key(), nonZero(p.gradientArray()), Boolean::logicalOr);
            }
        }
        for (EngineParam p : adapter.parameters().all()) {
            boolean moved = !Arrays.equals(before.get(p.key()), p.toArray());
            if (p.spec().trainable() && !reached.get(p.key())) {
                throw Trial.fault(
                        "Parameter " + p.key() + " never gets a gradient in " + FEW + " steps.",
                        "Is it used in the forward pass at all, and not through Ops.detach? Two factors that both start at zero"
                                + " never leave it. If it is meant to stay as it is, create it with ParamSpec.frozen().");
            }
            if (p.spec().trainable() && !moved) {
                throw Trial.fault(
                        "Parameter " + p.key() + " gets a gradient but is as it was after " + FEW + " steps.",
                        "Does an afterStep hook set it back, or is its learning-rate scale far too small?");
            }
            if (!p.spec().trainable() && moved && adapter.stepHooks().isEmpty()) {
                throw Trial.fault(
                        "Parameter " + p.key() + " is frozen, yet training changed it.",
                        "An operation that works in place (Ops.addLowRank on y) must not be given a parameter.");
            }
        }
    }

    private static boolean nonZero(float[] values) {
        for (float v : values) {
            if (v != 0) {
                return true;
            }
        }
        return false;
    }

    static <C extends Record> void learns(Trial<C> trial) {
        Adapter adapter = trial.fresh(1);
        AdaptedModel model = AdaptedModel.of(trial.base(), adapter);
        float[] before = trial.logits(model);
        double start = model.loss(Trial.batch());
        Steps.run(model, adapter, MORE);
        double end = model.loss(Trial.batch());
        if (Trial.difference(before, trial.logits(model)) == 0) {
            throw Trial.fault(
                    "After " + MORE + " steps the model's outputs are what they were.",
                    "The hooks were installed, but what they return doesn't depend on the parameters.");
        }
        if (!(end < start)) {
            throw Trial.fault(
                    String.format(
                            "%d steps on one batch don't lower its loss: %.5f before, %.5f after.", MORE, start, end),
                    "Is the gradient's sign right (see the check of gradients)? Does dropout or noise drown what is learned?");
        }
    }

    static <C extends Record> void equalRuns(Trial<C> trial) {
        Adapter one = trial.fresh(2);
        Adapter two = trial.fresh(2);
        Steps.run(AdaptedModel.of(trial.base(), one), one, FEW);
        Steps.run(AdaptedModel.of(trial.base(), two), two, FEW);
        for (EngineParam p : one.parameters().all()) {
            if (!Arrays.equals(p.toArray(), two.parameters().get(p.key()).toArray())) {
                throw Trial.fault(
                        "Two runs with one seed end with different values of " + p.key() + ".",
                        "Randomness belongs to Ops.dropout and Init, which take the run's seed; a method has no state of its own.");
            }
        }
    }

    static <C extends Record> void recomputed(Trial<C> trial) {
        Adapter kept = trial.moved(2);
        Adapter again = trial.moved(2);
        Trial.gradients(AdaptedModel.of(trial.base(), kept), kept, 7);
        Trial.gradients(AdaptedModel.of(trial.base(), again).recomputing(), again, 7);
        for (EngineParam p : kept.parameters().trainable()) {
            EngineParam other = again.parameters().get(p.key());
            if (!Arrays.equals(p.gradientArray(), other.gradientArray())) {
                throw Trial.fault(
                        String.format(
                                "The gradient of %s differs by %.3g when layers are run a second time in the backward pass"
                                        + " instead of being kept.",
                                p.key(), Trial.difference(p.gradientArray(), other.gradientArray())),
                        "A hook runs once more then: it must not count its calls, remember a tensor of an earlier call or layer, or"
                                + " draw random numbers by other means than Ops.dropout.");
            }
        }
    }
}
