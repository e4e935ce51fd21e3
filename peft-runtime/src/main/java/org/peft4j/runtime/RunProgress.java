package org.peft4j.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.peft4j.data.BatchSampler;

/** How far a run has come: what changes from step to step beside its tensors. */
final class RunProgress {
    private static final int RECENT = 10;
    /** Bad steps in a row after which leaving them out helps no more. */
    private static final int MOST_BAD = 10;

    final BatchSampler sampler;
    final List<Long> resumedAt = new ArrayList<>();
    Optional<Evaluation> before = Optional.empty();
    Optional<Samples> samplesBefore = Optional.empty();
    long steps;
    long updates;
    /** The steps whose result the copy of the last good parameters is. */
    long goodSteps;

    int badInARow;
    /** The evaluation with the lowest held-out loss, and its step. */
    Optional<Evaluation> best = Optional.empty();

    long bestStep;
    long evaluatedStep;
    /** Evaluations after the best one. */
    int since;

    long tokens;
    long nanos;
    private long stepsHere;
    private long nanosHere;
    private long firstNanos;
    private final Deque<Double> recent = new ArrayDeque<>();

    RunProgress(BatchSampler sampler) {
        this.sampler = sampler;
    }

    /** Counts a step that moved the parameters. */
    void stepped(double loss, long stepTokens, long took) {
        if (recent.size() == RECENT) {
            recent.removeFirst();
        }
        recent.addLast(loss);
        badInARow = 0;
        nanos += took;
        tokens += stepTokens;
        steps++;
        updates++;
        stepsHere++;
        nanosHere += took;
        firstNanos = stepsHere == 1 ? took : firstNanos;
    }

    /** Whether it is time to evaluate, and that hasn't been done yet. */
    boolean evaluationDue(int every) {
        return every > 0 && steps % every == 0 && evaluatedStep < steps;
    }

    /** Takes note of an evaluation; true where none was better. */
    boolean isBest(Evaluation latest) {
        evaluatedStep = steps;
        since++;
        if (best.isPresent() && !(latest.loss() < best.get().loss())) {
            return false;
        }
        best = Optional.of(latest);
        bestStep = steps;
        since = 0;
        return true;
    }

    /** Seconds until so many steps are done. A program's first step also compiles: it says little about the others. */
    double remaining(long total) {
        double each = stepsHere == 1 ? nanosHere : (double) (nanosHere - firstNanos) / (stepsHere - 1);
        return each * (total - steps) * 1e-9;
    }

    /** Counts a step that is left out; false where leaving out helps no more. */
    boolean leftOut() {
        badInARow++;
        steps++;
        return badInARow < MOST_BAD;
    }

    /** The mean loss of the last steps. */
    double trainLoss() {
        return recent.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    RunState state(long metricsBytes) {
        return new RunState(
                steps,
                updates,
                goodSteps,
                badInARow,
                tokens,
                nanos,
                List.copyOf(recent),
                sampler.state(),
                before.stream().toList(),
                samplesBefore.stream().toList(),
                best.stream().toList(),
                bestStep,
                evaluatedStep,
                since,
                metricsBytes,
                List.copyOf(resumedAt));
    }

    void restore(RunState state) {
        steps = state.step();
        updates = state.updates();
        goodSteps = state.goodSteps();
        badInARow = state.badInARow();
        tokens = state.tokens();
        nanos = state.nanos();
        recent.addAll(state.recent());
        sampler.restore(state.data());
        before = state.before().stream().findFirst();
        samplesBefore = state.samples().stream().findFirst();
        best = state.best().stream().findFirst();
        bestStep = state.bestStep();
        evaluatedStep = state.evaluatedStep();
        since = state.since();
        resumedAt.addAll(state.resumedAt());
        resumedAt.add(steps);
    }
}
