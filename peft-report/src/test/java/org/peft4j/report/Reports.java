package org.peft4j.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reports to render in tests. */
final class Reports {
    static final List<Long> SEEDS = List.of(1L, 2L, 3L);

    private Reports() {}

    /** A report with these rows, and as much around them as is needed. */
    static ComparisonReport of(ReportRow... rows) {
        return new ComparisonReport(
                "Methods side by side",
                new BaseModel("default", "llama", 1_033_344, facts("layers", "6", "hidden size", "128")),
                new TaskData("task-train.jsonl", 3000, "task-heldout.jsonl", 200, facts("general text", "general.txt")),
                new Budget(200, 16, 3, facts("optimizer", "adamw", "schedule", "cosine")),
                facts("program", "peft4j 0.1.0", "java", "17.0.15"),
                SEEDS,
                List.of(),
                List.of(rows));
    }

    /** The report with these examples. */
    static ComparisonReport withExamples(ComparisonReport report, Example... examples) {
        return new ComparisonReport(
                report.title(),
                report.base(),
                report.data(),
                report.budget(),
                report.provenance(),
                report.seeds(),
                List.of(examples),
                report.rows());
    }

    static Map<String, String> facts(String... keysAndValues) {
        Map<String, String> facts = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            facts.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return facts;
    }

    /** A trained row with one run for each of the losses. */
    static ReportRow row(String label, double... losses) {
        List<SeedRun> runs = new ArrayList<>();
        for (int i = 0; i < losses.length; i++) {
            runs.add(run(i + 1, Figures.none().with(Figure.HELD_OUT_LOSS, losses[i])));
        }
        return row(label, runs);
    }

    static ReportRow row(String label, List<SeedRun> runs) {
        return new ReportRow(label, "method", true, Map.of("rank", "8"), Outcome.ok(), Figures.none(), List.of(), runs);
    }

    static ReportRow failed(String label, String reason) {
        return new ReportRow(
                label, "method", true, Map.of(), Outcome.failed(reason), Figures.none(), List.of(), List.of());
    }

    static SeedRun run(long seed, Figures figures) {
        return new SeedRun(seed, Outcome.ok(), figures, List.of(), List.of());
    }

    /** The row with more figures, the same in each of its runs. */
    static ReportRow with(ReportRow row, Figure figure, double value) {
        List<SeedRun> runs = row.runs().stream()
                .map(r -> new SeedRun(r.seed(), r.outcome(), r.figures().with(figure, value), r.curve(), r.outputs()))
                .toList();
        return new ReportRow(
                row.label(),
                row.method(),
                row.trained(),
                row.settings(),
                row.outcome(),
                row.estimates(),
                row.trials(),
                runs);
    }
}
