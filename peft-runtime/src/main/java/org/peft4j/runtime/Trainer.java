package org.peft4j.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.peft4j.data.BatchSampler;
import org.peft4j.data.Example;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Batch;

/** Trains an adapter, or several at once. Made for one run; {@link #stop} may be called from any thread. */
public final class Trainer {
    private static final int RECENT = 10;
    /** Of a loss below this a gradient may really round to 0. */
    private static final double NOTHING_LEFT = 1e-3;

    private final TrainingPlan plan;
    private final TrainingListener listener;
    private final AdaptedModel model;
    private final Adapter adapter;
    private final TrainedAdapters trained;
    private final BatchSampler sampler;
    private final LastGood lastGood;
    private final Deque<Double> recent = new ArrayDeque<>();
    private volatile boolean stopWanted;
    private Batch lastBatch;
    private long steps;
    private long tokens;
    private long nanos;
    private long firstNanos;

    Trainer(TrainingPlan plan, TrainingListener listener) {
        this.plan = plan;
        this.listener = listener;
        this.adapter = plan.adapter();
        this.model = plan.adapted();
        this.trained = plan.trained();
        TrainingSettings s = plan.settings();
        this.sampler = new BatchSampler(plan.train().examples(), s.batchSize(), s.seed(), s.groupByLength());
        this.lastGood = trained.copy();
    }

    /** Asks for the end: the step that is under way is finished, and the adapter of it is the result. */
    public void stop() {
        stopWanted = true;
    }

    /** Runs to the end. */
    public TrainingResult run() {
        try (RunFiles files = RunFiles.open(plan)) {
            listener.started(plan);
            Optional<Evaluation> before = evaluate(files, () -> stopWanted);
            sample();
            BestSoFar best = new BestSoFar(before);
            StopReason reason = loop(files, best);
            if (reason != StopReason.DIVERGED && steps > 0 && !sound()) {
                stepBack();
                reason = StopReason.DIVERGED;
            }
            if (plan.settings().patience() > 0) {
                best.choose(files, reason);
            }
            boolean untouched = steps == 0 && reason == StopReason.INTERRUPTED;
            if (!untouched) {
                // First of all what was learned: measuring it may take long, and may be broken off.
                files.saveAdapter();
                plan.output().ifPresent(listener::saved);
            }
            Optional<Evaluation> after = steps == 0 ? before : best.measured(files);
            return finished(
                    files,
                    untouched,
                    new TrainingResult(adapter, reason, steps, trainLoss(), before, after, tokens, nanos * 1e-9));
        }
    }

    private TrainingResult finished(RunFiles files, boolean untouched, TrainingResult result) {
        if (!untouched) {
            files.describe(result);
        }
        if (result.reason() != StopReason.INTERRUPTED) {
            sample();
        }
        listener.finished(result);
        return result;
    }

    /** The best held-out loss so far, whose parameters are kept where there is patience, and how long ago that was. */
    private final class BestSoFar {
        private final LastGood parameters = trained.copy();
        private Optional<Evaluation> evaluation;
        private long step;
        private long evaluatedStep;
        private int since;

        BestSoFar(Optional<Evaluation> before) {
            evaluation = before;
            if (plan.settings().patience() > 0) {
                parameters.keep();
            }
        }

        /** Takes note of an evaluation; true where patience is at its end. */
        boolean exhausted(Evaluation latest) {
            evaluatedStep = steps;
            since++;
            if (evaluation.isEmpty() || latest.loss() < evaluation.get().loss()) {
                evaluation = Optional.of(latest);
                step = steps;
                since = 0;
                if (plan.settings().patience() > 0) {
                    parameters.keep();
                }
            }
            return plan.settings().patience() > 0 && since >= plan.settings().patience();
        }

        /** Goes back to the best parameters. Steps since the last evaluation count, too: they are measured, but not when in a hurry. */
        void choose(RunFiles files, StopReason reason) {
            boolean hurry = reason == StopReason.INTERRUPTED;
            if (evaluatedStep < steps && !hurry) {
                evaluate(files, () -> false).ifPresent(this::exhausted);
            }
            boolean hopeful = hurry && since == 0;
            if (step < steps && !hopeful) {
                parameters.restore();
                steps = step;
            }
        }

        /** The held-out loss of the parameters as they are now. */
        Optional<Evaluation> measured(RunFiles files) {
            return step == steps && step > 0 ? evaluation : evaluate(files, () -> false);
        }
    }

    private StopReason loop(RunFiles files, BestSoFar best) {
        long total = plan.totalSteps();
        int every = plan.settings().evalEvery();
        while (steps < total) {
            if (stopWanted) {
                return StopReason.INTERRUPTED;
            }
            if (!step(files, total)) {
                return StopReason.DIVERGED;
            }
            if (every > 0 && steps % every == 0 && steps < total) {
                Optional<Evaluation> evaluation = evaluate(files, () -> stopWanted);
                if (evaluation.isPresent() && best.exhausted(evaluation.get())) {
                    return StopReason.NO_PROGRESS;
                }
            }
        }
        return StopReason.COMPLETED;
    }

    /** Whether the last step left something to use; the next step would have noticed, but there is none. */
    private boolean sound() {
        return trained.finite() && Double.isFinite(model.loss(lastBatch));
    }

    private void stepBack() {
        lastGood.restore();
        steps = Math.max(0, steps - 1);
    }

    /** One optimizer step; false, and the parameters as they were when all was well, where the loss is no number any more. */
    private boolean step(RunFiles files, long total) {
        long start = System.nanoTime();
        List<Batch> batches = new ArrayList<>();
        for (int i = 0; i < plan.settings().accumulation(); i++) {
            List<Example> examples = sampler.next();
            batches.add(Evaluator.batch(examples));
        }
        long targets = batches.stream().mapToLong(Batch::targetCount).sum();
        long stepTokens = batches.stream().mapToLong(b -> b.tokens().length).sum();
        trained.zeroGradients();
        double loss = 0;
        for (int i = 0; i < batches.size(); i++) {
            long seed = plan.settings().seed() * 0x9E3779B97F4A7C15L + steps * 1_000_003L + i;
            loss += model.lossAndGradients(batches.get(i), 1.0 / targets, seed);
        }
        loss /= targets;
        double norm = trained.gradientNorm(model.base().engine());
        // With values so large that the model says the same to everything, the gradient is 0, though there is much to
        // learn.
        boolean deaf = norm == 0 && steps > 0 && loss > NOTHING_LEFT;
        if (!Double.isFinite(loss) || !Double.isFinite(norm) || deaf) {
            stepBack();
            return false;
        }
        lastBatch = batches.get(batches.size() - 1);
        lastGood.keep();
        double rate = plan.learningRate() * plan.schedule().factor(steps);
        update(norm, rate, total);
        long took = System.nanoTime() - start;
        nanos += took;
        tokens += stepTokens;
        steps++;
        report(files, total, loss, norm, rate, stepTokens, took);
        return true;
    }

    private void update(double norm, double rate, long total) {
        double clip = plan.settings().clip();
        if (clip > 0 && norm > clip) {
            trained.scaleGradients(clip / (norm + 1e-6));
        }
        trained.step(rate, steps + 1, total);
    }

    private void report(RunFiles files, long total, double loss, double norm, double rate, long stepTokens, long took) {
        if (recent.size() == RECENT) {
            recent.removeFirst();
        }
        recent.addLast(loss);
        // The first step also compiles: it says little about the others.
        double each = steps == 1 ? nanos : (double) (nanos - firstNanos) / (steps - 1);
        firstNanos = steps == 1 ? nanos : firstNanos;
        double remaining = each * (total - steps) * 1e-9;
        StepReport report =
                new StepReport(steps, total, loss, rate, norm, stepTokens, stepTokens / (took * 1e-9), remaining);
        files.step(report);
        listener.stepped(report);
    }

    private double trainLoss() {
        return recent.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    private Optional<Evaluation> evaluate(RunFiles files, BooleanSupplier broken) {
        Optional<Evaluation> evaluation =
                plan.eval().flatMap(held -> new Evaluator(plan.model(), model).loss(held, broken));
        evaluation.ifPresent(e -> {
            files.evaluation(steps, e);
            listener.evaluated(steps, e);
        });
        return evaluation;
    }

    private void sample() {
        SampleSettings settings = plan.samples();
        if (settings.shown() + settings.checked() > 0 && plan.eval().isPresent() && !stopWanted) {
            Evaluator evaluator = new Evaluator(plan.model(), model);
            listener.sampled(steps, evaluator.samples(plan.eval().get(), settings));
        }
    }
}
