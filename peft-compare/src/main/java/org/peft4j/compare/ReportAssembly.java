package org.peft4j.compare;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.peft4j.data.BatchType;
import org.peft4j.report.BaseModel;
import org.peft4j.report.Budget;
import org.peft4j.report.ComparisonReport;
import org.peft4j.report.Example;
import org.peft4j.report.TaskData;
import org.peft4j.runtime.Peft;

/** Puts the results of all units together. */
final class ReportAssembly {
    private final ComparisonConfig config;
    private final ComparisonSpec spec;
    private final Peft peft;
    private final Map<String, String> hashes;
    private final List<UnitResult> probes;

    ReportAssembly(ComparisonSpec spec, Peft peft, Map<String, String> hashes, List<UnitResult> probes) {
        this.spec = spec;
        this.config = spec.config();
        this.peft = peft;
        this.hashes = hashes;
        this.probes = probes;
    }

    ComparisonReport of(List<RowResult> results) {
        return new ComparisonReport(
                config.title(),
                base(),
                data(),
                budget(),
                provenance(),
                config.seeds(),
                examples(results),
                results.stream().map(RowAssembly::of).toList());
    }

    private BaseModel base() {
        Map<String, String> more = new LinkedHashMap<>();
        for (String fact : List.of("layers", "hidden size", "vocabulary", "context")) {
            fact(fact).ifPresent(value -> more.put(fact, value));
        }
        if (!config.storage().equals("as-is")) {
            more.put("storage", config.storage());
        }
        more.put("precision", config.precision().name().toLowerCase(Locale.ROOT));
        more.put("sha256", hashes.get("base"));
        return new BaseModel(
                fileName(config.base()),
                fact("architecture").orElse("unknown"),
                (long) number("base parameters").orElse(0),
                more);
    }

    private static String fileName(Path path) {
        Path name = path.toAbsolutePath().normalize().getFileName();
        return name == null ? path.toString() : name.toString();
    }

    private TaskData data() {
        Map<String, String> more = new LinkedHashMap<>();
        number("train tokens").ifPresent(n -> more.put("training tokens", count(n)));
        number("held-out tokens").ifPresent(n -> more.put("held-out tokens", count(n)));
        number("prompts").ifPresent(n -> more.put("prompts answered", count(n)));
        number("general tokens")
                .ifPresent(n -> more.put(
                        "general text",
                        config.general().text().map(ReportAssembly::fileName).orElse("written by the untouched base")
                                + ", " + count(n) + " tokens"));
        more.put("sha256 of the training data", hashes.get("train"));
        if (hashes.containsKey("held out")) {
            more.put("sha256 of the held-out data", hashes.get("held out"));
        }
        return new TaskData(
                fileName(Path.of(config.data().train())),
                (long) number("train rows").orElse(0),
                config.data().eval().isEmpty()
                        ? ""
                        : fileName(Path.of(config.data().eval())),
                (long) number("held-out rows").orElse(0),
                more);
    }

    private static String count(double n) {
        return String.format(Locale.ROOT, "%,.0f", n);
    }

    private Budget budget() {
        Map<String, String> more = new LinkedHashMap<>();
        more.put("optimizer", RowAssembly.words(config.optimizer().plain()));
        more.put("schedule", RowAssembly.words(config.schedule().plain()));
        more.put("longest gradient", String.valueOf(config.training().clip()));
        if (spec.tunes()) {
            more.put(
                    "tuning",
                    "by the loss on " + config.tuning().rows() + " training rows set aside, with seed "
                            + config.seeds().get(0)
                            + (config.tuning().steps() > 0
                                    ? ", after " + config.tuning().steps() + " steps"
                                    : ""));
        }
        int batch = config.training().batchSize() * config.training().accumulation();
        boolean byTokens = config.training().batchType() == BatchType.TOKENS;
        if (byTokens) {
            more.put(
                    "most tokens of a step",
                    count((double) config.training().batchSize()
                            * config.training().accumulation()));
        }
        return new Budget((int) number("steps").orElse(0), byTokens ? 0 : batch, spec.settingsPerRow(), more);
    }

    private Map<String, String> provenance() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("program", "peft4j " + Inputs.version(getClass()));
        all.put(
                "java",
                System.getProperty("java.vm.name") + " " + Runtime.version().toString());
        all.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        ProcessorName.find().ifPresent(name -> all.put("processor", name));
        all.put("threads", String.valueOf(peft.engine().threads()));
        ProcessMemory.total().ifPresent(bytes -> all.put("memory", count(bytes * 1e-6) + " MB"));
        all.put("finished", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        return all;
    }

    private static List<Example> examples(List<RowResult> results) {
        return results.stream()
                .flatMap(r -> r.runs().values().stream())
                .filter(r -> !r.examples().isEmpty())
                .findFirst()
                .map(r -> r.examples().stream()
                        .map(e -> new Example(e.prompt(), e.reference()))
                        .toList())
                .orElse(List.of());
    }

    private Optional<String> fact(String name) {
        return probes.stream()
                .filter(p -> p.facts().containsKey(name))
                .map(p -> p.facts().get(name))
                .findFirst();
    }

    private OptionalDouble number(String name) {
        List<Double> found = new ArrayList<>();
        probes.stream()
                .filter(p -> p.numbers().containsKey(name))
                .forEach(p -> found.add(p.numbers().get(name)));
        return found.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(found.get(0));
    }
}
