package org.peft4j.report;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Base, data, budget and provenance of a report as names with values. */
final class Origins {
    private Origins() {}

    static Map<String, Map<String, String>> of(ComparisonReport report) {
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        Map<String, String> base = group(all, "Base");
        base.put("name", report.base().name());
        base.put("architecture", report.base().architecture());
        base.put("parameters", number(report.base().parameters()));
        base.putAll(report.base().more());
        TaskData data = report.data();
        Map<String, String> task = group(all, "Data");
        task.put("training", data.train() + ", " + Prose.count(data.trainRows(), "row", "rows"));
        task.put(
                "held out",
                data.heldOut().isEmpty()
                        ? "nothing"
                        : data.heldOut() + ", " + Prose.count(data.heldOutRows(), "row", "rows"));
        task.putAll(data.more());
        Map<String, String> budget = group(all, "Budget of each run");
        budget.put("steps", number(report.budget().steps()));
        if (report.budget().batchSize() > 0) {
            budget.put("sequences a step", number(report.budget().batchSize()));
        }
        budget.put("settings a row may try", number(report.budget().settingsPerRow()));
        budget.put("seeds", report.seeds().stream().map(String::valueOf).collect(Collectors.joining(", ")));
        budget.putAll(report.budget().more());
        if (!report.provenance().isEmpty()) {
            group(all, "Made by").putAll(report.provenance());
        }
        return all;
    }

    private static Map<String, String> group(Map<String, Map<String, String>> all, String name) {
        return all.computeIfAbsent(name, n -> new LinkedHashMap<>());
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
