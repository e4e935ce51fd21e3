package org.peft4j.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.BiConsumer;
import org.peft4j.api.PeftException;

/**
 * {@code report.json}: a report with all its figures. What is read is equal to what was written. Each row also has the
 * mean and spread of its figures, for other programs; they are computed again when the file is read.
 */
public final class ReportJson {
    static final String FORMAT = "peft4j-comparison";
    static final int VERSION = 1;

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ReportJson() {}

    /** The report as JSON; the same report gives the same text. */
    public static String write(ComparisonReport report) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format", FORMAT).put("version", VERSION).put("title", report.title());
        common(report, root);
        facts(root, "provenance", report.provenance());
        report.seeds().forEach(root.putArray("seeds")::add);
        each(
                root,
                "examples",
                report.examples(),
                (example, node) -> node.put("prompt", example.prompt()).put("reference", example.reference()));
        each(root, "rows", report.rows(), ReportJson::row);
        try {
            return MAPPER.writeValueAsString(root).replace("\r\n", "\n") + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values can always be written", e);
        }
    }

    /**
     * Reads a report from a file.
     *
     * @throws PeftException {@code report-file} where it can't be read or is no report of this version
     */
    public static ComparisonReport read(Path file) {
        try {
            return read(Files.readString(file, StandardCharsets.UTF_8), file.toString());
        } catch (IOException e) {
            throw PeftException.of(
                    "report-file", file + " can't be read: " + e, "It has to be the report.json of a comparison.", e);
        }
    }

    /**
     * Reads a report.
     *
     * @param name what to call it in an error
     * @throws PeftException {@code report-file} where it is no report of this version
     */
    public static ComparisonReport read(String json, String name) {
        try {
            return new ReportReader(name).report(MAPPER.readTree(json));
        } catch (JsonProcessingException e) {
            throw PeftException.of(
                    "report-file",
                    name + " is not JSON: " + e.getOriginalMessage(),
                    "It has to be the report.json of a comparison.",
                    e);
        }
    }

    private static void common(ComparisonReport report, ObjectNode root) {
        BaseModel base = report.base();
        facts(
                root.putObject("base")
                        .put("name", base.name())
                        .put("architecture", base.architecture())
                        .put("parameters", base.parameters()),
                "more",
                base.more());
        TaskData data = report.data();
        facts(
                root.putObject("data")
                        .put("train", data.train())
                        .put("train-rows", data.trainRows())
                        .put("held-out", data.heldOut())
                        .put("held-out-rows", data.heldOutRows()),
                "more",
                data.more());
        Budget budget = report.budget();
        facts(
                root.putObject("budget")
                        .put("steps", budget.steps())
                        .put("batch-size", budget.batchSize())
                        .put("settings-per-row", budget.settingsPerRow()),
                "more",
                budget.more());
    }

    private static void row(ReportRow row, ObjectNode node) {
        node.put("label", row.label()).put("method", row.method()).put("trained", row.trained());
        facts(node, "settings", row.settings());
        outcome(row.outcome(), node);
        figures(node, "estimates", row.estimates());
        ObjectNode means = node.putObject("mean");
        ObjectNode spreads = node.putObject("spread");
        for (Figure figure : Figure.values()) {
            row.spread(figure).ifPresent(s -> {
                number(means, figure.key(), s.mean());
                number(spreads, figure.key(), s.deviation());
            });
        }
        each(node, "trials", row.trials(), (trial, n) -> {
            facts(n, "settings", trial.settings());
            outcome(trial.outcome(), n);
            figures(n, "figures", trial.figures());
            n.put("winner", trial.winner());
        });
        each(node, "runs", row.runs(), (run, n) -> {
            n.put("seed", run.seed());
            outcome(run.outcome(), n);
            figures(n, "figures", run.figures());
            each(n, "curve", run.curve(), ReportJson::point);
            run.outputs().forEach(n.putArray("outputs")::add);
        });
    }

    private static void point(CurvePoint point, ObjectNode node) {
        node.put("step", point.step());
        number(node, "seconds", point.seconds());
        loss(node, "train-loss", point.trainLoss());
        loss(node, "held-out-loss", point.heldOutLoss());
    }

    private static void loss(ObjectNode node, String key, OptionalDouble loss) {
        loss.ifPresent(v -> number(node, key, v));
    }

    private static void outcome(Outcome outcome, ObjectNode node) {
        node.put("status", outcome.status().name().toLowerCase(Locale.ROOT));
        if (!outcome.reason().isEmpty()) {
            node.put("reason", outcome.reason());
        }
    }

    private static void figures(ObjectNode node, String key, Figures figures) {
        ObjectNode values = node.putObject(key);
        figures.values().forEach((figure, value) -> number(values, figure.key(), value));
    }

    /** Counts and bytes are written without a fraction. */
    private static void number(ObjectNode node, String key, double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
            node.put(key, (long) value);
        } else {
            node.put(key, value);
        }
    }

    private static void facts(ObjectNode node, String key, Map<String, String> facts) {
        ObjectNode values = node.putObject(key);
        facts.forEach(values::put);
    }

    private static <T> void each(ObjectNode node, String key, List<T> items, BiConsumer<T, ObjectNode> write) {
        var array = node.putArray(key);
        items.forEach(item -> write.accept(item, array.addObject()));
    }
}
