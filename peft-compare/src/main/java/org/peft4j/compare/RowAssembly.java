package org.peft4j.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peft4j.report.CurvePoint;
import org.peft4j.report.Figure;
import org.peft4j.report.Figures;
import org.peft4j.report.Outcome;
import org.peft4j.report.ReportRow;
import org.peft4j.report.SeedRun;
import org.peft4j.report.Trial;
import org.peft4j.runtime.CodecRegistry;

/** A row of the report. */
final class RowAssembly {
    private RowAssembly() {}

    static ReportRow of(RowResult result) {
        Row row = result.row();
        List<SeedRun> runs = new ArrayList<>();
        result.runs().forEach((seed, run) -> runs.add(run(seed, run)));
        List<Trial> trials = new ArrayList<>();
        result.trials()
                .forEach((candidate, trial) -> trials.add(new Trial(
                        candidate.swept(),
                        outcome(trial),
                        figures(trial.figures()),
                        result.chosen().filter(candidate::equals).isPresent())));
        return new ReportRow(
                row.label(),
                row.method(),
                row.trained(),
                settings(row, result),
                outcome(result, runs),
                estimates(result.estimate()),
                trials,
                runs);
    }

    private static SeedRun run(long seed, UnitResult run) {
        return new SeedRun(
                seed,
                outcome(run),
                figures(run.figures()),
                run.curve().stream().map(RowAssembly::point).toList(),
                run.examples().stream().map(UnitResult.Answer::answer).toList());
    }

    private static CurvePoint point(UnitResult.Point point) {
        return point.trainLoss() != null
                ? CurvePoint.train(point.step(), point.seconds(), point.trainLoss())
                : CurvePoint.heldOut(point.step(), point.seconds(), point.heldOutLoss());
    }

    private static Outcome outcome(UnitResult result) {
        return result.isOk() ? Outcome.ok() : Outcome.failed(result.failure());
    }

    private static Outcome outcome(RowResult result, List<SeedRun> runs) {
        if (result.problem().isPresent()) {
            return Outcome.skipped(result.problem().get());
        }
        if (runs.stream().anyMatch(r -> r.outcome().isOk())) {
            return Outcome.ok();
        }
        return runs.stream()
                .map(SeedRun::outcome)
                .findFirst()
                .orElseGet(() -> Outcome.failed("none of the settings that were tried came to an end: "
                        + result.trials().values().stream()
                                .map(UnitResult::failure)
                                .findFirst()
                                .orElse("")));
    }

    private static Figures figures(Map<String, Double> values) {
        Figures figures = Figures.none();
        for (Map.Entry<String, Double> value : values.entrySet()) {
            Optional<Figure> figure = Figure.named(value.getKey());
            if (figure.isPresent()) {
                figures = figures.with(figure.get(), value.getValue());
            }
        }
        return figures;
    }

    private static Figures estimates(Optional<Estimate> estimate) {
        return estimate.map(
                        e -> Figures.none().with(Figure.PEAK_MEMORY, e.bytes()).with(Figure.RUN_SECONDS, e.seconds()))
                .orElse(Figures.none());
    }

    /** What tells the row from others: its method's settings, what it stores the base in, its rate, and what the sweep chose. */
    private static Map<String, String> settings(Row row, RowResult result) {
        Map<String, String> settings = new LinkedHashMap<>();
        if (row.trained()) {
            Row.Candidate candidate = result.chosen().orElse(row.candidates().get(0));
            if (candidate.run().method().plain() instanceof Map<?, ?> method) {
                method.forEach((key, value) -> {
                    if (!key.equals("name")) {
                        settings.put(String.valueOf(key), words(value));
                    }
                });
            }
            if (!candidate.run().storage().equals(CodecRegistry.PLAIN)) {
                settings.put("storage", candidate.run().storage());
            }
            if (candidate.run().optimizer().plain() instanceof Map<?, ?> optimizer
                    && optimizer.get("learning-rate") != null) {
                settings.put("learning-rate", words(optimizer.get("learning-rate")));
            }
            if (result.chosen().isPresent()) {
                candidate.swept().forEach((key, value) -> settings.put(key.replaceFirst("^[a-z]+\\.", ""), value));
            }
            result.runs().values().stream()
                    .filter(r -> r.facts().containsKey(UnitResult.MERGE))
                    .findFirst()
                    .ifPresent(r -> settings.put("merging", r.facts().get(UnitResult.MERGE)));
        }
        return settings;
    }

    /** A plain value as one reads it. */
    static String words(Object value) {
        if (value instanceof Map<?, ?> map) {
            List<String> parts = new ArrayList<>();
            map.forEach((key, v) -> parts.add(key.equals("name") ? words(v) : key + " " + words(v)));
            return String.join(", ", parts);
        }
        if (value instanceof List<?> list) {
            return String.join(" ", list.stream().map(RowAssembly::words).toList());
        }
        return String.valueOf(value);
    }
}
