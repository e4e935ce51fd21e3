package org.peft4j.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.peft4j.data.Example;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Batch;

/** Trains an adapter, or several at once. Made for one run; {@link #stop} may be called from any thread. */
public final class Trainer {
    private final TrainingPlan plan;
    private final TrainingListener listener;
    private final AdaptedModel model;
    private final Adapter adapter;
    private final TrainedAdapters trained;
    private final LastGood lastGood;
    private final LastGood best;
    private final RunProgress at;
    private volatile boolean stopWanted;
    private List<Example> lastRows = List.of();
    private long checkpointed = -1;

    Trainer(TrainingPlan plan, TrainingListener listener) {
        this.plan = plan;
        this.listener = listener;
        this.adapter = plan.adapter();
        this.model = plan.adapted();
        this.trained = plan.trained();
        this.at = new RunProgress(plan.sampler());
        this.lastGood = trained.copy();
        this.best = trained.copy();
    }

    /** Asks for the end: the step that is under way is finished, and the adapter of it is the result. */
    public void stop() {
        stopWanted = true;
    }

    /** Runs to the end. */
    public TrainingResult run() {
        try (RunFiles files = RunFiles.open(plan)) {
            listener.started(plan);
            if (!goOn(files)) {
                begin(files);
            }
            StopReason reason = loop(files);
            if (reason != StopReason.DIVERGED && at.steps > 0 && !sound(files)) {
                reason = diverged();
            }
            if (plan.settings().patience() > 0) {
                choose(files, reason);
            }
            boolean untouched = at.steps == 0 && reason == StopReason.INTERRUPTED;
            if (!untouched) {
                // First of all what was learned: measuring it may take long, and may be broken off.
                files.saveAdapter();
                plan.output().ifPresent(listener::saved);
            }
            Optional<Evaluation> after = at.steps == 0 ? at.before : measured(files, reason);
            TrainingResult result = new TrainingResult(
                    adapter, reason, at.steps, at.trainLoss(), at.before, after, at.tokens, at.nanos * 1e-9);
            return finished(files, untouched, result);
        }
    }

    private TrainingResult finished(RunFiles files, boolean untouched, TrainingResult result) {
        if (!untouched) {
            files.describe(result, at.resumedAt);
        }
        boolean toTheEnd = result.reason() == StopReason.COMPLETED || result.reason() == StopReason.NO_PROGRESS;
        if (toTheEnd || untouched && at.resumedAt.isEmpty()) {
            files.checkpoints().ifPresent(Checkpoints::removeAll);
        }
        if (result.reason() != StopReason.INTERRUPTED) {
            sample();
        }
        listener.finished(result);
        return result;
    }

    private void begin(RunFiles files) {
        files.begin();
        at.before = evaluate(files, () -> stopWanted);
        at.samplesBefore = sample();
        at.best = at.before;
        if (plan.settings().patience() > 0) {
            best.keep();
        }
        if (!stopWanted) {
            // Where no checkpoint can be written, this is the time to learn it.
            checkpoint(files);
        }
    }

    /** Goes on where a run was stopped, if there is one and it is wanted. */
    private boolean goOn(RunFiles files) {
        List<String> notes = new ArrayList<>();
        Optional<RunCheckpoint> found =
                plan.resume() ? files.checkpoints().flatMap(c -> c.newest(notes)) : Optional.empty();
        found.ifPresent(checkpoint -> {
            checkpoint.requireSame(files.identity());
            checkpoint.restore(new RunCheckpoint.Content(trained, lastGood, best));
            at.restore(checkpoint.state());
            // Any rows will do to see whether the model still says anything, until a step brings others.
            lastRows = plan.sampler().next();
            checkpointed = at.steps;
            files.checkpoints().orElseThrow().removeAfter(at.steps);
            files.goOn(checkpoint.state().metricsBytes());
            notes.addAll(checkpoint.differences(
                    RunCheckpoint.notes(model.base().engine().threads())));
            listener.resumed(at.steps, notes);
            at.before.ifPresent(e -> listener.evaluated(0, e));
            at.samplesBefore.ifPresent(s -> listener.sampled(0, s));
        });
        return found.isPresent();
    }

    private void checkpoint(RunFiles files) {
        if (plan.checkpoints().every() == 0 || plan.output().isEmpty() || checkpointed == at.steps) {
            return;
        }
        Checkpoints all = files.checkpoints().orElseThrow();
        all.requireThere();
        RunState state = at.state(files.flushMetrics());
        RunCheckpoint.Content content = new RunCheckpoint.Content(trained, lastGood, best);
        RunCheckpoint.write(
                all.file(at.steps),
                files.identity(),
                state,
                content,
                RunCheckpoint.notes(model.base().engine().threads()));
        checkpointed = at.steps;
        all.keepNewest(plan.checkpoints().keep());
        listener.checkpointed(at.steps, all.file(at.steps));
    }

    private StopReason loop(RunFiles files) {
        long total = plan.totalSteps();
        while (at.steps < total) {
            if (!stopWanted && at.evaluationDue(plan.settings().evalEvery())) {
                // Broken off it is made up for when the run goes on.
                Optional<Evaluation> evaluation = evaluate(files, () -> stopWanted);
                if (evaluation.isPresent() && exhausted(files, evaluation.get())) {
                    return StopReason.NO_PROGRESS;
                }
            }
            if (stopWanted) {
                if (at.steps > 0) {
                    checkpoint(files);
                }
                return StopReason.INTERRUPTED;
            }
            if (plan.checkpoints().every() > 0 && at.steps % plan.checkpoints().every() == 0) {
                checkpoint(files);
            }
            if (!step(files, total)) {
                return diverged();
            }
        }
        return StopReason.COMPLETED;
    }

    /** Takes note of an evaluation; true where patience is at its end. */
    private boolean exhausted(RunFiles files, Evaluation latest) {
        int patience = plan.settings().patience();
        if (at.isBest(latest)) {
            files.saveBest();
            if (patience > 0) {
                best.keep();
            }
        }
        return patience > 0 && at.since >= patience;
    }

    /** Goes back to the best parameters. Steps since the last evaluation count, too: they are measured, but not when in a hurry. */
    private void choose(RunFiles files, StopReason reason) {
        boolean hurry = reason == StopReason.INTERRUPTED;
        if (at.evaluatedStep < at.steps && !hurry) {
            evaluate(files, () -> false).ifPresent(e -> exhausted(files, e));
        }
        boolean hopeful = hurry && at.since == 0;
        if (at.bestStep < at.steps && !hopeful) {
            best.restore();
            at.steps = at.bestStep;
        }
    }

    /** The held-out loss of the parameters as they are now. */
    private Optional<Evaluation> measured(RunFiles files, StopReason reason) {
        if (at.bestStep == at.steps && at.bestStep > 0) {
            return at.best;
        }
        Optional<Evaluation> evaluation = evaluate(files, () -> false);
        if (reason == StopReason.COMPLETED && plan.settings().patience() == 0) {
            evaluation.ifPresent(e -> exhausted(files, e));
        }
        return evaluation;
    }

    /** Whether the last step left something to use; the next step would have noticed, but there is none. */
    private boolean sound(RunFiles files) {
        Optional<BadNumber> number = new BadNumberSearch(model, trained).afterUpdate(at.steps, lastRows);
        number.ifPresent(n -> bad(files, n));
        return number.isEmpty();
    }

    /** One optimizer step; false where the loss is no number any more and that is to end the run. */
    private boolean step(RunFiles files, long total) {
        long start = System.nanoTime();
        List<Example> examples = new ArrayList<>();
        List<Batch> batches = new ArrayList<>();
        for (int i = 0; i < plan.settings().accumulation(); i++) {
            List<Example> some = at.sampler.next();
            examples.addAll(some);
            batches.add(Evaluator.batch(some));
        }
        long targets = batches.stream().mapToLong(Batch::targetCount).sum();
        long stepTokens = batches.stream().mapToLong(b -> b.tokens().length).sum();
        trained.zeroGradients();
        double loss = 0;
        for (int i = 0; i < batches.size(); i++) {
            long seed = plan.settings().seed() * 0x9E3779B97F4A7C15L + at.steps * 1_000_003L + i;
            loss += model.lossAndGradients(batches.get(i), 1.0 / targets, seed);
        }
        loss /= targets;
        double norm = trained.gradientNorm();
        if (BadNumberSearch.needed(loss, norm, at.steps > 0)) {
            bad(files, new BadNumberSearch(model, trained).in(at.steps + 1, examples, loss, norm));
            return at.leftOut() && plan.settings().onBadNumber() == OnBadNumber.SKIP;
        }
        lastRows = examples.subList(
                examples.size() - batches.get(batches.size() - 1).sequences(), examples.size());
        lastGood.keep();
        at.goodSteps = at.steps;
        double rate = plan.learningRate() * plan.schedule().factor(at.steps);
        update(norm, rate, total);
        long took = System.nanoTime() - start;
        at.stepped(loss, stepTokens, took);
        report(files, total, loss, norm, rate, stepTokens, took);
        return true;
    }

    private void bad(RunFiles files, BadNumber number) {
        files.bad(number);
        listener.badNumber(number);
    }

    /** Goes back to the parameters as they were when all was well. */
    private StopReason diverged() {
        lastGood.restore();
        at.steps = at.goodSteps;
        return StopReason.DIVERGED;
    }

    private void update(double norm, double rate, long total) {
        double clip = plan.settings().clip();
        if (clip > 0 && norm > clip) {
            trained.scaleGradients(clip / (norm + 1e-6));
        }
        trained.step(rate, at.steps + 1, total);
    }

    private void report(RunFiles files, long total, double loss, double norm, double rate, long stepTokens, long took) {
        double speed = stepTokens / (took * 1e-9);
        StepReport report = new StepReport(at.steps, total, loss, rate, norm, stepTokens, speed, at.remaining(total));
        files.step(report);
        listener.stepped(report);
    }

    private Optional<Evaluation> evaluate(RunFiles files, BooleanSupplier broken) {
        Optional<Evaluation> evaluation =
                plan.eval().flatMap(held -> new Evaluator(plan.model(), model).loss(held, broken));
        evaluation.ifPresent(e -> {
            files.evaluation(at.steps, e);
            listener.evaluated(at.steps, e);
        });
        return evaluation;
    }

    private Optional<Samples> sample() {
        SampleSettings settings = plan.samples();
        if (settings.shown() + settings.checked() == 0 || plan.eval().isEmpty() || stopWanted) {
            return Optional.empty();
        }
        Samples samples = new Evaluator(plan.model(), model).samples(plan.eval().get(), settings);
        listener.sampled(at.steps, samples);
        return Optional.of(samples);
    }
}
