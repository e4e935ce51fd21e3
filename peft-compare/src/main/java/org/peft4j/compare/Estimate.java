package org.peft4j.compare;

import java.util.Map;
import org.peft4j.report.Figure;

/**
 * What a unit is expected to take.
 *
 * @param seconds of the whole process
 * @param bytes most resident memory of its training
 */
public record Estimate(double seconds, double bytes) {
    /** Starting to end and ending, in seconds. */
    private static final double END = 0.2;

    /** A whole run, from what was tried out. */
    static Estimate ofRun(UnitResult probe, boolean trained, int maxNewTokens) {
        Map<String, Double> n = probe.numbers();
        double speed = n.getOrDefault("generation tokens a second", 1.0);
        double answers =
                trained ? n.getOrDefault("reference tokens", 0.0) : n.getOrDefault("prompts", 0.0) * maxNewTokens;
        double generation =
                answers / n.getOrDefault("answer tokens a second", speed) + n.getOrDefault("speed tokens", 0.0) / speed;
        double general = 2 * n.getOrDefault("general tokens", 0.0) * evaluation(n);
        double first = n.getOrDefault(ProbeUnit.FIRST_EVALUATION, evaluation(n));
        double evaluations = first + (n.getOrDefault("evaluations", 1.0) - 1) * evaluation(n);
        double training =
                n.getOrDefault("training seconds", 0.0) + evaluations * n.getOrDefault("held-out tokens", 0.0);
        return new Estimate(started(probe) + training + generation + general + END, memory(probe));
    }

    /** A trial of a sweep, which is trained and evaluated but not measured further. */
    static Estimate ofTrial(UnitResult probe, double share) {
        Map<String, Double> n = probe.numbers();
        double training = n.getOrDefault("training seconds", 0.0) * share;
        return new Estimate(started(probe) + training + END, memory(probe));
    }

    private static double evaluation(Map<String, Double> numbers) {
        return numbers.getOrDefault(ProbeUnit.EVALUATION, 0.0);
    }

    private static double started(UnitResult probe) {
        return probe.seconds().getOrDefault("start", 0.0) + probe.seconds().getOrDefault("data", 0.0);
    }

    private static double memory(UnitResult probe) {
        return probe.figures().getOrDefault(Figure.PEAK_MEMORY.key(), Double.NaN);
    }
}
