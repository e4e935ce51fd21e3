package org.peft4j.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.peft4j.config.SettingInfo;
import org.peft4j.config.SettingsBinder;
import org.peft4j.data.BatchType;
import org.peft4j.data.Dataset;
import org.peft4j.data.PreviewStyle;
import org.peft4j.model.Adapter;
import org.peft4j.model.BaseModel;
import org.peft4j.runtime.BadNumber;
import org.peft4j.runtime.Evaluation;
import org.peft4j.runtime.MemoryEstimate;
import org.peft4j.runtime.OnBadNumber;
import org.peft4j.runtime.Samples;
import org.peft4j.runtime.StepReport;
import org.peft4j.runtime.StopReason;
import org.peft4j.runtime.TrainingListener;
import org.peft4j.runtime.TrainingPlan;
import org.peft4j.runtime.TrainingResult;
import org.peft4j.runtime.TrainingSettings;

/** Tells the user how a training run goes. */
final class TrainReport implements TrainingListener, AutoCloseable {
    private static final int PREVIEWED = 2;

    private final Screen screen;
    private final boolean quiet;
    private String memory = "";
    private TrainingPlan plan;
    private Optional<Progress> progress = Optional.empty();
    private Optional<BadNumber> bad = Optional.empty();
    private final ShownSamples samples;
    private boolean saved;
    private double firstLoss = Double.NaN;
    private long made;

    TrainReport(Screen screen, boolean quiet) {
        this.screen = screen;
        this.quiet = quiet;
        this.samples = new ShownSamples(screen, this::say);
    }

    private void say(String text) {
        if (!quiet) {
            screen.out().println(text);
        }
    }

    private void entry(String key, String value) {
        say(screen.bold(String.format("%-10s", key)) + value);
    }

    @Override
    public void estimated(MemoryEstimate estimate, OptionalLong available) {
        memory = "about " + Text.bytes(estimate.total())
                + (available.isPresent() ? " of " + Text.bytes(available.getAsLong()) + " available" : "");
        if (available.isPresent() && estimate.total() > available.getAsLong()) {
            screen.warn("training will need " + memory + "; the system may end it.");
        }
    }

    @Override
    public void started(TrainingPlan started) {
        plan = started;
        BaseModel base = plan.model().base();
        long all = base.shape().parameterCount();
        long trained = plan.trainableCount();
        entry(
                "base",
                base.checkpoint().directory() + " (" + base.shape().architecture() + ", " + Text.count(all)
                        + " parameters)");
        for (Adapter adapter : plan.trainedAdapters()) {
            entry("method", adapter.method().name() + " (" + settings(adapter) + ")");
        }
        entry(
                "trains",
                String.format(Locale.ROOT, "%,d parameters, %.2f %% of the base's", trained, 100.0 * trained / all));
        entry("data", plan.train().summary());
        entry("held out", plan.eval().map(Dataset::summary).orElse("nothing; give data.eval to see what is learned"));
        entry(
                "steps",
                Text.count(plan.totalSteps()) + " of " + step(plan.settings()) + ", "
                        + name("optimizer") + " at " + Text.number(plan.learningRate()) + ", " + name("schedule")
                        + " schedule, seed "
                        + plan.settings().seed());
        if (!memory.isEmpty()) {
            entry("memory", memory);
        }
        entry("threads", String.valueOf(base.engine().threads()));
        plan.train().warnings().forEach(screen::warn);
        plan.eval().ifPresent(d -> d.warnings().forEach(screen::warn));
        IdleSettings.of(plan).forEach(screen::warn);
        say("");
        say(screen.bold("What is trained on, and what is only read:"));
        PreviewStyle style = screen.outAnsi() ? PreviewStyle.terminal(screen.width()) : PreviewStyle.plain();
        say(plan.train().preview(PREVIEWED, plan.model().tokenizing(), style));
    }

    private static String step(TrainingSettings settings) {
        long all = (long) settings.batchSize() * settings.accumulation();
        return settings.batchType() == BatchType.TOKENS ? "at most " + Text.count(all) + " tokens" : all + " sequences";
    }

    private String name(String section) {
        return plan.description().get(section) instanceof Map<?, ?> map ? String.valueOf(map.get("name")) : "";
    }

    /** The settings that aren't the defaults. */
    private static String settings(Adapter adapter) {
        Map<String, Object> own = new LinkedHashMap<>(SettingsBinder.plain(adapter.config()));
        Class<? extends Record> type = adapter.method().configType();
        if (SettingsBinder.describe(type).stream().noneMatch(SettingInfo::required)) {
            SettingsBinder.plain(SettingsBinder.defaults(type)).forEach(own::remove);
        }
        if (own.isEmpty()) {
            return "default settings";
        }
        List<String> shown = own.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .toList();
        return String.join(", ", shown);
    }

    @Override
    public void resumed(long step, List<String> notes) {
        made = step;
        say(screen.bold("Going on after step " + Text.count(step) + "."));
        notes.forEach(screen::warn);
    }

    @Override
    public void badNumber(BadNumber number) {
        bad = Optional.of(number);
        if (plan.settings().onBadNumber() == OnBadNumber.SKIP) {
            screen.warn("left out " + number);
        }
    }

    @Override
    public void stepped(StepReport report) {
        if (report.step() == 1) {
            firstLoss = report.loss();
        }
        made = report.step();
        if (quiet) {
            return;
        }
        if (progress.isEmpty()) {
            progress = Optional.of(Progress.on(screen, report.totalSteps()));
        }
        progress.orElseThrow().step(report);
        if (report.step() == report.totalSteps()) {
            close();
        }
    }

    @Override
    public void evaluated(long step, Evaluation evaluation) {
        String when = step == 0 ? "before training" : "after " + Text.count(step) + (step == 1 ? " step" : " steps");
        String line = String.format(Locale.ROOT, "held-out loss %s: %.4f", when, evaluation.loss());
        progress.ifPresentOrElse(p -> p.between(() -> say(line)), () -> say(line));
    }

    @Override
    public void saved(Path directory) {
        saved = true;
    }

    @Override
    public void sampled(long step, Samples samples) {
        if (step == 0) {
            this.samples.before(samples);
        } else {
            this.samples.after(samples);
        }
    }

    @Override
    public void finished(TrainingResult result) {
        close();
        say("");
        if (result.reason() == StopReason.DIVERGED) {
            diverged(result);
        } else {
            samples.show();
        }
        screen.out().println(outcome(result));
        best(result).ifPresent(screen.out()::println);
        losses(result).ifPresent(screen.out()::println);
        if (result.reason() != StopReason.DIVERGED) {
            warnIfWorse(result);
        }
        samples.checked().ifPresent(screen.out()::println);
        plan.output().filter(d -> saved).ifPresent(this::whereabouts);
    }

    private void diverged(TrainingResult result) {
        screen.err()
                .println(screen.red("error: ")
                        + "the run diverged: the loss or its gradient is no longer a finite number, or the gradient has become 0."
                        + " The last good adapter (step "
                        + result.steps() + ") is kept.");
        bad.ifPresent(b -> screen.err().println("  " + b));
        screen.err().println("  Lower optimizer.learning-rate or training.clip, or add schedule.warmup-steps.");
        screen.err().println("  [diverged]");
    }

    private String outcome(TrainingResult r) {
        if (made == 0) {
            return r.reason() == StopReason.INTERRUPTED
                    ? "Interrupted before the first step: nothing was learned, no adapter was written."
                    : "Stopped at the first step.";
        }
        String speed = String.format(
                Locale.ROOT,
                "%,d %s in %s, %,.0f tokens/s, training loss %.4f",
                made,
                made == 1 ? "step" : "steps",
                Text.time(r.seconds()),
                r.tokensPerSecond(),
                r.trainLoss());
        return switch (r.reason()) {
            case COMPLETED -> "Done: " + speed + ".";
            case INTERRUPTED ->
                "Interrupted: what was learned so far is kept. " + speed + "."
                        + (plan.checkpoints().every() > 0 ? " The same command with --resume goes on." : "");
            case NO_PROGRESS -> "Ended early, the held-out loss fell no more: " + speed + ".";
            case DIVERGED -> "Stopped: " + speed + ".";
        };
    }

    /** With patience the adapter may be that of an earlier step than the last. */
    private Optional<String> best(TrainingResult r) {
        return r.reason() == StopReason.DIVERGED || r.steps() == made
                ? Optional.empty()
                : Optional.of("The adapter is that of step " + Text.count(r.steps())
                        + ", where the held-out loss was lowest.");
    }

    private static Optional<String> losses(TrainingResult r) {
        if (r.before().isEmpty() || r.after().isEmpty() || r.reason() == StopReason.DIVERGED && r.steps() == 0) {
            return Optional.empty();
        }
        double was = r.before().get().loss();
        double is = r.after().get().loss();
        return Optional.of(String.format(
                Locale.ROOT, "Held-out loss: %.4f before, %.4f after (%+.1f %%).", was, is, 100 * (is - was) / was));
    }

    private void warnIfWorse(TrainingResult r) {
        if (r.after().isEmpty() && r.trainLoss() > firstLoss) {
            screen.warn("the training loss rose from " + String.format(Locale.ROOT, "%.4f", firstLoss)
                    + ": try a lower optimizer.learning-rate.");
        }
        double was = r.before().map(Evaluation::loss).orElse(0.0);
        double is = r.after().map(Evaluation::loss).orElse(0.0);
        if (is > was) {
            screen.warn("training made the held-out loss worse: try a lower optimizer.learning-rate"
                    + (r.trainLoss() < was ? ", fewer steps or more data." : "."));
        }
    }

    private void whereabouts(Path output) {
        screen.out().println();
        LoadingHint.of(plan, output).forEach(screen.out()::println);
    }

    /** The outcome for programs. */
    Map<String, Object> summary(TrainingResult r) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("reason", r.reason().name().toLowerCase(Locale.ROOT));
        all.put("steps", r.steps());
        all.put("train_loss", Double.isFinite(r.trainLoss()) ? r.trainLoss() : null);
        all.put("eval_loss_before", r.before().map(Evaluation::loss).orElse(null));
        all.put("eval_loss_after", r.after().map(Evaluation::loss).orElse(null));
        all.put("trainable", plan.trainableCount());
        all.put("tokens", r.tokens());
        all.put("seconds", r.seconds());
        all.put("tokens_per_s", r.tokensPerSecond());
        samples.summarize(all);
        all.put("output", plan.output().map(Path::toString).orElse(null));
        return all;
    }

    @Override
    public void close() {
        progress.ifPresent(Progress::close);
        progress = Optional.empty();
    }
}
