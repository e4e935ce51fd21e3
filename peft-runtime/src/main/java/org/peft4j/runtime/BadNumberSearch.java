package org.peft4j.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.peft4j.data.Example;
import org.peft4j.engine.EngineParam;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;

/** Finds where a bad number came from, by computing the step again piece by piece. */
final class BadNumberSearch {
    /** Of a loss below this a gradient may really round to 0. */
    private static final double NOTHING_LEFT = 1e-3;

    private final AdaptedModel model;
    private final TrainedAdapters trained;

    BadNumberSearch(AdaptedModel model, TrainedAdapters trained) {
        this.model = model;
        this.trained = trained;
    }

    /**
     * Whether a step's numbers are bad. With values so large that the model says the same to everything, the gradient is 0, though
     * there is much to learn: that is bad, too, where something was trained already.
     */
    static boolean needed(double loss, double norm, boolean trainedBefore) {
        boolean deaf = norm == 0 && trainedBefore && loss > NOTHING_LEFT;
        return !Double.isFinite(loss) || !Double.isFinite(norm) || deaf;
    }

    /** A parameter that holds a bad number, if there is one. */
    Optional<BadNumber> parameters(long step) {
        for (TrainedAdapter part : trained.parts()) {
            for (EngineParam p : part.adapter().parameters().all()) {
                if (!p.finite()) {
                    return Optional.of(new BadNumber(
                            step, "a parameter is no finite number after the update", p.key(), List.of()));
                }
            }
        }
        return Optional.empty();
    }

    /** What the update of a step made bad, as the next step would notice it; empty if all is well. */
    Optional<BadNumber> afterUpdate(long step, List<Example> examples) {
        Optional<BadNumber> parameter = parameters(step);
        double loss = model.loss(Evaluator.batch(examples));
        return parameter.isPresent() || Double.isFinite(loss) ? parameter : Optional.of(in(step, examples, loss, 1));
    }

    /**
     * Looks into a step. The gradients are those of the step, and are used up.
     *
     * @param step its number
     * @param examples all its rows
     * @param loss its loss
     * @param norm its gradient's length
     */
    BadNumber in(long step, List<Example> examples, double loss, double norm) {
        if (!Double.isFinite(loss)) {
            return new BadNumber(step, "the loss is " + loss, activation(examples), rows(examples, this::badLoss));
        }
        if (norm == 0) {
            return new BadNumber(
                    step,
                    "the gradient is 0, though the loss is " + loss,
                    "every parameter",
                    rows(examples, e -> true));
        }
        String where = gradient().map(p -> "the gradient of " + p.key()).orElse("the gradient's length");
        return new BadNumber(step, "the gradient's length is " + norm, where, rows(examples, this::badGradient));
    }

    /** Gradients go from the top down: the first bad one is that of the parameter made last. */
    private Optional<EngineParam> gradient() {
        EngineParam found = null;
        for (TrainedAdapter part : trained.parts()) {
            for (EngineParam p : part.adapter().parameters().trainable()) {
                found = finite(p.gradientArray()) ? found : p;
            }
        }
        return Optional.ofNullable(found);
    }

    static boolean finite(float[] values) {
        for (float v : values) {
            if (!Float.isFinite(v)) {
                return false;
            }
        }
        return true;
    }

    private String activation(List<Example> examples) {
        Optional<String> parameter = parameters(0).map(BadNumber::where);
        if (parameter.isPresent()) {
            return parameter.get();
        }
        NumberProbe probe = new NumberProbe();
        List<Adapter> all = new ArrayList<>(model.adapters());
        all.add(Adapter.install(model.base(), "number probe", probe, new NumberProbe.Settings(), 0));
        AdaptedModel probed = AdaptedModel.of(model.base(), all);
        for (Example example : examples) {
            probed.loss(Evaluator.batch(List.of(example)));
            if (probe.found().isPresent()) {
                return probe.found().get();
            }
        }
        return "the output head or the loss";
    }

    private interface Test {
        boolean bad(Example example);
    }

    private static List<String> rows(List<Example> examples, Test test) {
        List<Example> bad = examples.stream().filter(test::bad).toList();
        return (bad.isEmpty() ? examples : bad)
                .stream().map(e -> e.row().at().toString()).distinct().toList();
    }

    private boolean badLoss(Example example) {
        return !Double.isFinite(model.loss(Evaluator.batch(List.of(example))));
    }

    private boolean badGradient(Example example) {
        trained.zeroGradients();
        model.lossAndGradients(Evaluator.batch(List.of(example)), 1.0 / Math.max(1, example.targetCount()), 0);
        return gradient().isPresent();
    }
}
