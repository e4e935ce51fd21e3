package org.peft4j.compare;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a unit came to; a file once it is finished.
 *
 * @param failure why it didn't reach its end, or empty
 * @param figures by the keys of the report's figures
 * @param seconds what its parts took, in seconds
 * @param numbers what else was measured, for estimates
 * @param facts what else is known, as text
 * @param curve its losses
 * @param examples prompts that were answered, with reference and answer
 * @param texts what a unit that writes text has written
 */
record UnitResult(
        String failure,
        Map<String, Double> figures,
        Map<String, Double> seconds,
        Map<String, Double> numbers,
        Map<String, String> facts,
        List<Point> curve,
        List<Answer> examples,
        List<String> texts) {
    /** The fact of a run whose loss diverged. */
    static final String DIVERGED = "diverged";

    /** The fact why what was trained can't be merged. */
    static final String MERGE = "merge";

    /** Takes the place of what a file lacks. */
    UnitResult {
        figures = figures == null ? Map.of() : figures;
        seconds = seconds == null ? Map.of() : seconds;
        numbers = numbers == null ? Map.of() : numbers;
        facts = facts == null ? Map.of() : facts;
        curve = curve == null ? List.of() : List.copyOf(curve);
        examples = examples == null ? List.of() : List.copyOf(examples);
        texts = texts == null ? List.of() : List.copyOf(texts);
    }

    /** A point of the loss curve; one of both losses is null. */
    record Point(int step, double seconds, Double trainLoss, Double heldOutLoss) {}

    /** An answered prompt. */
    record Answer(String prompt, String reference, String answer) {}

    /** A unit that didn't reach its end. */
    static UnitResult failed(String why) {
        return new UnitResult(why, null, null, null, null, null, null, null);
    }

    /** Whether it reached its end. */
    @JsonIgnore
    boolean isOk() {
        return failure.isEmpty();
    }

    /** The same with other figures. */
    UnitResult withFigures(Map<String, Double> others) {
        return new UnitResult(failure, others, seconds, numbers, facts, curve, examples, texts);
    }

    /** Whether doing it again would give the same: it reached its end, or its loss diverged. */
    @JsonIgnore
    boolean isFinal() {
        return isOk() || facts.containsKey(DIVERGED);
    }

    /** Collects what is measured. */
    static final class Notes {
        final Map<String, Double> figures = new LinkedHashMap<>();
        final Map<String, Double> seconds = new LinkedHashMap<>();
        final Map<String, Double> numbers = new LinkedHashMap<>();
        final Map<String, String> facts = new LinkedHashMap<>();
        List<Point> curve = List.of();
        List<Answer> examples = List.of();
        List<String> texts = List.of();
        private long last = System.nanoTime();

        /** Notes how long it was since the last call, or since these notes were begun. */
        void lap(String part) {
            long now = System.nanoTime();
            seconds.merge(part, (now - last) * 1e-9, Double::sum);
            last = now;
        }

        UnitResult result(String failure) {
            return new UnitResult(failure, figures, seconds, numbers, facts, curve, examples, texts);
        }
    }
}
