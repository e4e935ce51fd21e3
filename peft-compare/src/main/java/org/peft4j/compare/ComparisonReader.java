package org.peft4j.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peft4j.api.PeftException;
import org.peft4j.config.ConfigDocument;
import org.peft4j.config.ConfigNode;
import org.peft4j.config.ConfigProblems;
import org.peft4j.config.NearestName;
import org.peft4j.config.SettingsBinder;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.RunConfig;

/** Reads a comparison: lays what a row says over what is common, and checks every setting before anything is started. */
final class ComparisonReader {
    /** What rows have in common with a training run, under the same keys. */
    private static final List<String> COMMON =
            List.of("base", "storage", "precision", "data", "optimizer", "schedule", "training");

    private static final List<String> SWEPT = List.of("method", "optimizer", "schedule", "storage");

    private final ConfigNode.Entries root;
    private final Peft peft;
    private final ConfigProblems problems = new ConfigProblems();
    private final ComparisonConfig config;

    ComparisonReader(ConfigDocument document, Peft peft) {
        this.root = document.root();
        this.peft = peft;
        this.config = SettingsBinder.bind(ComparisonConfig.class, root, "the comparison");
    }

    ComparisonSpec read() {
        List<Row> rows = new ArrayList<>();
        Map<String, ConfigNode> labels = new LinkedHashMap<>();
        for (ConfigNode section : config.rows()) {
            row(section).ifPresent(row -> {
                ConfigNode other = labels.put(row.label(), section);
                if (other != null) {
                    problems.add(
                            "compare-rows",
                            section.at(),
                            "two rows are called '" + row.label() + "'. Give each a 'name' of its own");
                }
                rows.add(row);
            });
        }
        problems.throwIfAny();
        return new ComparisonSpec(config, new EqualTuning(config).of(rows));
    }

    private Optional<Row> row(ConfigNode section) {
        ConfigNode.Entries entries = section instanceof ConfigNode.Entries given
                ? given
                : new ConfigNode.Entries(Map.of("method", new ConfigNode.Entry(section.at(), section)), section.at());
        Optional<RowConfig> bound = SettingsBinder.bind(RowConfig.class, entries, "the row", problems);
        if (bound.isEmpty()) {
            return Optional.empty();
        }
        try {
            RowConfig row = bound.get();
            String method = methodName(row.method());
            List<Row.Candidate> candidates = new ArrayList<>();
            Map<String, List<ConfigNode>> sweep =
                    method.equals(Row.BASE) ? Map.of() : row.sweep().orElse(config.sweep());
            for (Map<String, ConfigNode> choice : combinations(sweep)) {
                candidates.add(candidate(entries, choice, method));
            }
            return Optional.of(new Row(row.name().orElse(method), method, candidates));
        } catch (PeftException e) {
            problems.add(e.code(), section.at(), "in this row: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static String methodName(ConfigNode method) {
        if (method instanceof ConfigNode.Scalar scalar && !scalar.isEmpty()) {
            return scalar.text();
        }
        ConfigNode name = method instanceof ConfigNode.Entries entries
                        && entries.entries().containsKey("name")
                ? entries.entries().get("name").value()
                : method;
        if (name instanceof ConfigNode.Scalar scalar && !scalar.isEmpty()) {
            return scalar.text();
        }
        throw PeftException.of(
                "config", method.at() + ": the row does not say which method", "Write 'method: {name: ...}'.");
    }

    /** Every choice of one value for each key, the last key changing fastest. */
    private List<Map<String, ConfigNode>> combinations(Map<String, List<ConfigNode>> sweep) {
        List<Map<String, ConfigNode>> all = List.of(Map.of());
        for (Map.Entry<String, List<ConfigNode>> key : sweep.entrySet()) {
            requireSwept(key.getKey(), key.getValue());
            List<Map<String, ConfigNode>> longer = new ArrayList<>();
            for (Map<String, ConfigNode> start : all) {
                for (ConfigNode value : key.getValue()) {
                    Map<String, ConfigNode> more = new LinkedHashMap<>(start);
                    more.put(key.getKey(), value);
                    longer.add(more);
                }
            }
            all = longer;
        }
        return all;
    }

    private static void requireSwept(String key, List<ConfigNode> values) {
        String section = key.split("\\.", 2)[0];
        if (!SWEPT.contains(section)) {
            throw PeftException.of(
                    "compare-sweep",
                    "'" + key + "' can't be swept" + NearestName.question(section, SWEPT),
                    "A key of a sweep starts with method., optimizer. or schedule., or is storage; all else is"
                            + " common to all rows.");
        }
        if (values.isEmpty()) {
            throw PeftException.of(
                    "compare-sweep", "the sweep of '" + key + "' has no values", "Give a list: " + key + ": [a, b].");
        }
    }

    private Row.Candidate candidate(ConfigNode.Entries row, Map<String, ConfigNode> choice, String method) {
        Map<String, ConfigNode.Entry> entries = new LinkedHashMap<>();
        for (String key : COMMON) {
            if (root.entries().containsKey(key)) {
                entries.put(key, root.entries().get(key));
            }
        }
        row.entries().forEach((key, entry) -> {
            if (COMMON.contains(key) || key.equals("method")) {
                entries.merge(key, entry, Overlay::lay);
            }
        });
        ConfigNode output = root.entries().get("output").value();
        entries.put("output", new ConfigNode.Entry(output.at(), output));
        ConfigNode.Entries run = new ConfigNode.Entries(entries, row.at());
        Map<String, String> swept = new LinkedHashMap<>();
        for (Map.Entry<String, ConfigNode> c : choice.entrySet()) {
            run = Overlay.set(run, c.getKey(), c.getValue());
            swept.put(c.getKey(), String.valueOf(c.getValue().plain()));
        }
        RunConfig bound = SettingsBinder.bind(RunConfig.class, run, "the row");
        peft.check(bound);
        if (!method.equals(Row.BASE)) {
            peft.methods().chosen(bound.method());
        }
        return new Row.Candidate(swept, bound);
    }
}
