package org.peft4j.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.peft4j.data.BatchSampler;
import org.peft4j.data.Example;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Batch;

/** Trains an adapter, or several at once. Made for one run; {@link #stop} may be called from any thread. */
public final class Trainer {
    private static final int RECENT = 10;

    private final TrainingPlan plan;
    private final TrainingListener listener;
    private final AdaptedModel model;
    private final Adapter adapter;
    private final TrainedAdapters trained;
    private final BatchSampler sampler;
    private final LastGood lastGood;
    private final Deque<Double> recent = new ArrayDeque<>();
    private volatile boolean stopWanted;
    private long steps;
    private long tokens;
    private long nanos;

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
            Optional<Evaluation> before = evaluate(files);
            sample();
            Progress progress = new Progress(before);
            StopReason reason = loop(files, progress);
            if (plan.settings().patience() > 0) {
                progress.best.restore();
            }
            // First of all what was learned: measuring it may take long, and may be broken off.
            files.saveAdapter();
            plan.output().ifPresent(listener::saved);
            Optional<Evaluation> after = steps == 0 ? before : evaluate(files);
            TrainingResult result =
                    new TrainingResult(adapter, reason, steps, trainLoss(), before, after, tokens, nanos * 1e-9);
            files.describe(result);
            if (reason != StopReason.INTERRUPTED) {
                sample();
            }
            listener.finished(result);
            return result;
        }
    }

    /** The best held-out loss so far, and how long ago that was. */
    private final class Progress {
        final LastGood best = trained.copy();
        double bestLoss;
        int since;

        Progress(Optional<Evaluation> before) {
            bestLoss = before.map(Evaluation::loss).orElse(Double.MAX_VALUE);
            if (plan.settings().patience() > 0) {
                best.keep();
            }
        }

        boolean exhausted(double loss) {
            if (plan.settings().patience() == 0) {
                return false;
            }
            since++;
            if (loss < bestLoss) {
                bestLoss = loss;
                since = 0;
                best.keep();
            }
            return since >= plan.settings().patience();
        }
    }

    private StopReason loop(RunFiles files, Progress progress) {
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
                Optional<Evaluation> evaluation = evaluate(files);
                if (evaluation.isPresent()
                        && progress.exhausted(evaluation.get().loss())) {
                    return StopReason.NO_PROGRESS;
                }
            }
        }
        return StopReason.COMPLETED;
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
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
            lastGood.restore();
            steps = Math.max(0, steps - 1);
            return false;
        }
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
        double remaining = (double) nanos / steps * (total - steps) * 1e-9;
        StepReport report =
                new StepReport(steps, total, loss, rate, norm, stepTokens, stepTokens / (took * 1e-9), remaining);
        files.step(report);
        listener.stepped(report);
    }

    private double trainLoss() {
        return recent.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    private Optional<Evaluation> evaluate(RunFiles files) {
        if (plan.eval().isEmpty()) {
            return Optional.empty();
        }
        Evaluation evaluation =
                new Evaluator(plan.model(), model).loss(plan.eval().get());
        files.evaluation(steps, evaluation);
        listener.evaluated(steps, evaluation);
        return Optional.of(evaluation);
    }

    private void sample() {
        SampleSettings settings = plan.samples();
        if (settings.shown() + settings.checked() > 0 && plan.eval().isPresent()) {
            Evaluator evaluator = new Evaluator(plan.model(), model);
            listener.sampled(steps, evaluator.samples(plan.eval().get(), settings));
        }
    }
}
