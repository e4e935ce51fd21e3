package org.peft4j.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One row of a comparison: a method with its settings, run once with each seed.
 *
 * @param label what the row is called, for example {@code LoRA, rank 8}
 * @param method name of the method, for example as in {@code peft methods}; of the untouched base {@code base}
 * @param trained whether anything was trained: false for the untouched base, whose figures have no spread
 * @param settings what the row's runs used, as far as it is worth showing, with values as text
 * @param outcome how the row ended; OK where at least one of its runs did
 * @param estimates what was expected of a run before the first one started
 * @param trials the settings that a sweep tried, or none
 * @param runs one for each seed that was started
 */
public record ReportRow(
        String label,
        String method,
        boolean trained,
        Map<String, String> settings,
        Outcome outcome,
        Figures estimates,
        List<Trial> trials,
        List<SeedRun> runs) {
    /** Copies the map and the lists, keeping their order. */
    public ReportRow {
        settings = Facts.copy(settings);
        trials = List.copyOf(trials);
        runs = List.copyOf(runs);
    }

    /** Mean and spread of a figure over the runs that reached their end, or empty where none has it. */
    public Optional<Spread> spread(Figure figure) {
        return Spread.of(runs.stream()
                .filter(r -> r.outcome().isOk())
                .map(r -> r.figures().get(figure))
                .flatMapToDouble(v -> v.stream())
                .toArray());
    }
}
