package org.peft4j.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import org.peft4j.api.PeftException;

/** From the tree of a {@code report.json} to a report; figures and keys it doesn't know are passed over. */
final class ReportReader {
    private final String name;

    ReportReader(String name) {
        this.name = name;
    }

    ComparisonReport report(JsonNode root) {
        if (!root.path("format").asText().equals(ReportJson.FORMAT)
                || root.path("version").asInt() != ReportJson.VERSION) {
            throw PeftException.of(
                    "report-file",
                    name + " is not a comparison's report of version " + ReportJson.VERSION + ".",
                    "It has to be the report.json that this version of peft4j wrote.");
        }
        return new ComparisonReport(
                text(root, "title", ""),
                base(member(root, "base", "")),
                data(member(root, "data", "")),
                budget(member(root, "budget", "")),
                facts(root, "provenance", ""),
                each(root, "seeds", "", (seed, at) -> number(seed, at).longValue()),
                each(root, "examples", "", (e, at) -> new Example(text(e, "prompt", at), text(e, "reference", at))),
                each(root, "rows", "", this::row));
    }

    private BaseModel base(JsonNode base) {
        return new BaseModel(
                text(base, "name", "base"),
                text(base, "architecture", "base"),
                whole(base, "parameters", "base"),
                facts(base, "more", "base"));
    }

    private TaskData data(JsonNode data) {
        return new TaskData(
                text(data, "train", "data"),
                whole(data, "train-rows", "data"),
                text(data, "held-out", "data"),
                whole(data, "held-out-rows", "data"),
                facts(data, "more", "data"));
    }

    private Budget budget(JsonNode budget) {
        return new Budget(
                (int) whole(budget, "steps", "budget"),
                (int) whole(budget, "batch-size", "budget"),
                (int) whole(budget, "settings-per-row", "budget"),
                facts(budget, "more", "budget"));
    }

    private ReportRow row(JsonNode row, String at) {
        return new ReportRow(
                text(row, "label", at),
                text(row, "method", at),
                flag(row, "trained", at),
                facts(row, "settings", at),
                outcome(row, at),
                figures(row, "estimates", at),
                each(row, "trials", at, this::trial),
                each(row, "runs", at, this::run));
    }

    private Trial trial(JsonNode trial, String at) {
        return new Trial(
                facts(trial, "settings", at),
                outcome(trial, at),
                figures(trial, "figures", at),
                flag(trial, "winner", at));
    }

    private SeedRun run(JsonNode run, String at) {
        return new SeedRun(
                whole(run, "seed", at),
                outcome(run, at),
                figures(run, "figures", at),
                each(run, "curve", at, this::point),
                each(run, "outputs", at, this::text));
    }

    private CurvePoint point(JsonNode point, String at) {
        return new CurvePoint(
                (int) whole(point, "step", at),
                number(member(point, "seconds", at), at + ".seconds").doubleValue(),
                loss(point, "train-loss", at),
                loss(point, "held-out-loss", at));
    }

    private OptionalDouble loss(JsonNode point, String key, String at) {
        return point.has(key)
                ? OptionalDouble.of(number(point.get(key), at + "." + key).doubleValue())
                : OptionalDouble.empty();
    }

    private Outcome outcome(JsonNode node, String at) {
        String status = text(node, "status", at);
        for (Outcome.Status known : Outcome.Status.values()) {
            if (known.name().toLowerCase(Locale.ROOT).equals(status)) {
                return new Outcome(known, node.path("reason").asText(""));
            }
        }
        throw wrong(at + ".status", "ok, failed or skipped");
    }

    private Figures figures(JsonNode node, String key, String at) {
        Map<Figure, Double> values = new LinkedHashMap<>();
        member(node, key, at)
                .properties()
                .forEach(e -> Figure.named(e.getKey())
                        .ifPresent(f -> values.put(
                                f,
                                number(e.getValue(), at + "." + key + "." + e.getKey())
                                        .doubleValue())));
        return new Figures(values);
    }

    private Map<String, String> facts(JsonNode node, String key, String at) {
        Map<String, String> facts = new LinkedHashMap<>();
        member(node, key, at)
                .properties()
                .forEach(e -> facts.put(e.getKey(), text(e.getValue(), at + "." + key + "." + e.getKey())));
        return facts;
    }

    private <T> List<T> each(JsonNode node, String key, String at, BiFunction<JsonNode, String, T> read) {
        JsonNode array = member(node, key, at);
        if (!array.isArray()) {
            throw wrong(path(at, key), "a list");
        }
        List<T> items = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            items.add(read.apply(array.get(i), path(at, key) + "[" + i + "]"));
        }
        return items;
    }

    private JsonNode member(JsonNode node, String key, String at) {
        JsonNode value = node.get(key);
        if (value == null) {
            throw wrong(path(at, key), "there");
        }
        return value;
    }

    private String text(JsonNode node, String key, String at) {
        return text(member(node, key, at), path(at, key));
    }

    private String text(JsonNode value, String at) {
        if (!value.isTextual()) {
            throw wrong(at, "text");
        }
        return value.textValue();
    }

    private boolean flag(JsonNode node, String key, String at) {
        JsonNode value = member(node, key, at);
        if (!value.isBoolean()) {
            throw wrong(path(at, key), "true or false");
        }
        return value.booleanValue();
    }

    private long whole(JsonNode node, String key, String at) {
        JsonNode value = member(node, key, at);
        if (!value.isIntegralNumber()) {
            throw wrong(path(at, key), "a whole number");
        }
        return value.longValue();
    }

    private Number number(JsonNode value, String at) {
        if (!value.isNumber()) {
            throw wrong(at, "a number");
        }
        return value.numberValue();
    }

    private PeftException wrong(String at, String what) {
        return PeftException.of(
                "report-file",
                name + ": " + at + " has to be " + what + ".",
                "It has to be the report.json that this version of peft4j wrote.");
    }

    private static String path(String at, String key) {
        return at.isEmpty() ? key : at + "." + key;
    }
}
