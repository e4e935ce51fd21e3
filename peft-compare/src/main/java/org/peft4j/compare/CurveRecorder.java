package org.peft4j.compare;

import java.util.ArrayList;
import java.util.List;
import org.peft4j.runtime.Evaluation;
import org.peft4j.runtime.StepReport;
import org.peft4j.runtime.TrainingListener;
import org.peft4j.runtime.TrainingPlan;

/** Keeps a run's losses with the seconds of training at which they were reached, and passes its progress on. */
final class CurveRecorder implements TrainingListener {
    /** Training losses that a curve has at most, each the mean of the steps since the last. */
    private static final int POINTS = 100;

    private final UnitListener listener;
    private final List<UnitResult.Point> points = new ArrayList<>();
    private double seconds;
    private double bestLoss = Double.POSITIVE_INFINITY;
    private double secondsToBest;
    private double sum;
    private int summed;

    CurveRecorder(UnitListener listener) {
        this.listener = listener;
    }

    @Override
    public void started(TrainingPlan plan) {
        listener.progress("training", 0, plan.totalSteps(), Double.NaN);
    }

    @Override
    public void stepped(StepReport report) {
        seconds += report.tokens() / report.tokensPerSecond();
        sum += report.loss();
        summed++;
        long stride = Math.max(1, report.totalSteps() / POINTS);
        if (report.step() % stride == 0 || report.step() == report.totalSteps()) {
            points.add(new UnitResult.Point((int) report.step(), seconds, sum / summed, null));
            sum = 0;
            summed = 0;
        }
        listener.progress("training", report.step(), report.totalSteps(), report.loss());
    }

    @Override
    public void evaluated(long step, Evaluation evaluation) {
        points.add(new UnitResult.Point((int) step, seconds, null, evaluation.loss()));
        if (evaluation.loss() < bestLoss) {
            bestLoss = evaluation.loss();
            secondsToBest = seconds;
        }
    }

    List<UnitResult.Point> points() {
        return points;
    }

    /** Seconds of training until the lowest held-out loss. */
    double secondsToBest() {
        return secondsToBest;
    }
}
