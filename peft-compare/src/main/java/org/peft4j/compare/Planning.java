package org.peft4j.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.peft4j.report.Figure;

/** Tries every row out, and finds what all rows have to have in common: the general text, and a length that each has room for. */
final class Planning {
    private static final double PROBE_SECONDS = 5;

    private final ComparisonSpec spec;
    private final ComparisonConfig config;
    private final Work work;
    private final long limit;
    private final Map<String, UnitResult> probes = new LinkedHashMap<>();
    private Requests requests;

    Planning(ComparisonSpec spec, Work work) {
        this.spec = spec;
        this.config = spec.config();
        this.work = work;
        this.limit = config.memoryMb() > 0 ? config.memoryMb() << 20 : ProcessMemory.available();
    }

    /** Makes the units of the comparison, once the plan is made. */
    Requests requests() {
        return requests;
    }

    /** What was found out by trying. */
    List<UnitResult> probes() {
        return List.copyOf(probes.values());
    }

    ComparisonPlan plan() {
        Requests early = new Requests(config, general(), limit, 0);
        for (Row row : spec.rows()) {
            for (Row.Candidate candidate : row.candidates()) {
                String key = shape(row, candidate);
                if (!probes.containsKey(key) && !work.isStopped()) {
                    UnitRequest request = early.probe(row, candidate);
                    probes.put(key, work.done(request, row, "trying out", seed(), PROBE_SECONDS));
                }
            }
        }
        requests = new Requests(config, early.general(), limit, commonLength());
        List<ComparisonPlan.Planned> rows = new ArrayList<>();
        if (!work.isStopped()) {
            spec.rows().forEach(row -> rows.add(planned(row)));
        }
        double remaining = rows.stream().mapToDouble(this::unfinished).sum();
        return new ComparisonPlan(spec, rows, limit, remaining);
    }

    private long seed() {
        return config.seeds().get(0);
    }

    /** The file of general text; the base writes it where none is given. */
    private String general() {
        if (config.general().text().isPresent()) {
            return config.general().text().get().toString();
        }
        Path file = config.output().resolve("general.jsonl");
        if (config.general().samples() == 0) {
            return "";
        }
        Row.Candidate common = spec.rows().get(0).candidates().get(0);
        Row base = new Row("general text", Row.BASE, List.of(common));
        UnitRequest request = new Requests(config, "", limit, 0).general(base);
        UnitResult written = work.done(request, base, "", seed(), PROBE_SECONDS);
        if (!written.isOk() || written.texts().isEmpty()) {
            return "";
        }
        StringBuilder rows = new StringBuilder();
        written.texts()
                .forEach(t -> rows.append(UnitStore.line(Map.of("text", t))).append('\n'));
        UnitStore.put(file, rows.toString());
        return file.toString();
    }

    /** Rates and schedules change neither time nor memory: such settings are tried out once. */
    private static String shape(Row row, Row.Candidate candidate) {
        return row.label()
                + candidate.run().method().plain()
                + candidate.run().storage()
                + candidate.run().precision();
    }

    private int commonLength() {
        return probes.values().stream()
                .mapToInt(p -> p.numbers().getOrDefault("room", 0.0).intValue())
                .filter(room -> room > 0)
                .min()
                .orElse(0);
    }

    /** The runs of a row: the untouched base gives the same with every seed. */
    List<Long> seeds(Row row) {
        return row.trained() ? config.seeds() : config.seeds().subList(0, 1);
    }

    Estimate ofRun(Row row, Row.Candidate candidate) {
        return Estimate.ofRun(
                probes.get(shape(row, candidate)),
                row.trained(),
                config.generation().maxNewTokens());
    }

    private Estimate ofTrial(Row row, Row.Candidate candidate) {
        UnitResult probe = probes.get(shape(row, candidate));
        double steps = probe.numbers().getOrDefault("steps", 1.0);
        int own = config.tuning().steps();
        return Estimate.ofTrial(probe, own > 0 ? own / steps : 1);
    }

    private ComparisonPlan.Planned planned(Row row) {
        int trials = row.swept() ? row.candidates().size() : 0;
        Estimate run = largest(row.candidates().stream().map(c -> ofRun(row, c)).toList());
        Estimate trial =
                largest(row.candidates().stream().map(c -> ofTrial(row, c)).toList());
        double trainable = row.candidates().stream()
                .mapToDouble(
                        c -> probes.get(shape(row, c)).figures().getOrDefault(Figure.TRAINABLE_PARAMETERS.key(), 0.0))
                .max()
                .orElse(0);
        return new ComparisonPlan.Planned(
                row, (long) trainable, trials, seeds(row).size(), trial, run, finished(row), problem(row, run));
    }

    private static Estimate largest(List<Estimate> all) {
        return new Estimate(
                all.stream().mapToDouble(Estimate::seconds).max().orElse(0),
                all.stream().mapToDouble(Estimate::bytes).max().orElse(Double.NaN));
    }

    private Optional<String> problem(Row row, Estimate run) {
        Optional<String> failure = row.candidates().stream()
                .map(c -> probes.get(shape(row, c)))
                .filter(p -> !p.isOk())
                .map(UnitResult::failure)
                .findFirst();
        if (failure.isEmpty() && run.bytes() > limit) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "doesn't fit: it would take about %,.0f MB of memory, and there are %,.0f MB",
                    run.bytes() * 1e-6,
                    limit * 1e-6));
        }
        return failure;
    }

    private int finished(Row row) {
        long trials = row.swept()
                ? row.candidates().stream()
                        .filter(c -> work.finished(requests.trial(row, c), row, seed())
                                .isPresent())
                        .count()
                : 0;
        long runs = row.candidates().stream()
                .mapToLong(c -> seeds(row).stream()
                        .filter(s ->
                                work.finished(requests.run(row, c, s), row, s).isPresent())
                        .count())
                .max()
                .orElse(0);
        return (int) (trials + runs);
    }

    private double unfinished(ComparisonPlan.Planned row) {
        int all = row.trials() + row.runs();
        return row.problem().isPresent() ? 0 : row.seconds() * (all - row.finished()) / all;
    }
}
