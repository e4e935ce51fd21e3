package org.peft4j.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peft4j.report.ComparisonReport;
import org.peft4j.report.Figure;
import org.peft4j.runtime.Peft;

/**
 * Trains the rows of a comparison one after the other and measures them alike. What is finished is on disk: a comparison that was
 * broken off goes on where it stopped when it is run again.
 *
 * <pre>{@code
 * try (Peft peft = Peft.create()) {
 *     ComparisonSpec spec = ComparisonSpec.read(ConfigDocument.read(file), peft);
 *     Comparison comparison = new Comparison(spec, peft, UnitLauncher.inThisProcess(peft), ComparisonListener.SILENT);
 *     Optional<ComparisonReport> report = comparison.run();
 * }
 * }</pre>
 */
public final class Comparison {
    private final ComparisonSpec spec;
    private final Peft peft;
    private final UnitLauncher launcher;
    private final ComparisonListener listener;
    private volatile boolean stopped;
    private volatile Work work;

    /**
     * Prepares a comparison.
     *
     * @param launcher where its units run
     */
    public Comparison(ComparisonSpec spec, Peft peft, UnitLauncher launcher, ComparisonListener listener) {
        this.spec = spec;
        this.peft = peft;
        this.launcher = launcher;
        this.listener = listener;
    }

    /** Asks for the end; may be called from any thread. The unit that is running is given up, all finished ones stay. */
    public void stop() {
        stopped = true;
        Work current = work;
        if (current != null) {
            current.stop();
        }
    }

    /**
     * Tries every row out, without training any.
     *
     * @return empty if it was stopped
     */
    public Optional<ComparisonPlan> plan() {
        try (UnitStore store = UnitStore.open(spec.config().output())) {
            Planning planning = planning(store);
            ComparisonPlan plan = planning.plan();
            if (work.isStopped()) {
                return Optional.empty();
            }
            listener.planned(plan);
            return Optional.of(plan);
        }
    }

    /**
     * Plans, then runs every row that isn't finished.
     *
     * @return empty if it was stopped
     * @throws org.peft4j.api.PeftException if the base or the data can't be read or the output can't be written; what goes wrong
     *     with a row is that row's outcome
     */
    public Optional<ComparisonReport> run() {
        try (UnitStore store = UnitStore.open(spec.config().output())) {
            Inputs inputs = new Inputs(peft, spec.config());
            Planning planning = planning(store, inputs);
            ComparisonPlan plan = planning.plan();
            if (work.isStopped()) {
                return Optional.empty();
            }
            listener.planned(plan);
            work.remaining(plan.remainingSeconds());
            List<RowResult> results = new ArrayList<>();
            for (ComparisonPlan.Planned row : plan.rows()) {
                results.add(row.problem().isPresent() ? RowResult.skipped(row) : run(row, planning));
                if (work.isStopped()) {
                    return Optional.empty();
                }
            }
            ComparisonReport report = new ReportAssembly(spec, peft, inputs.hashes(), planning.probes()).of(results);
            listener.finished(report);
            return Optional.of(report);
        }
    }

    private Planning planning(UnitStore store) {
        return planning(store, new Inputs(peft, spec.config()));
    }

    private Planning planning(UnitStore store, Inputs inputs) {
        Path output = spec.config().output();
        work = new Work(store, launcher, inputs, output, listener);
        if (stopped) {
            work.stop();
        }
        return new Planning(spec, work);
    }

    private RowResult run(ComparisonPlan.Planned planned, Planning planning) {
        Row row = planned.row();
        Map<Row.Candidate, UnitResult> trials = trials(planned, planning);
        Optional<Row.Candidate> chosen =
                row.swept() ? best(trials) : Optional.of(row.candidates().get(0));
        Map<Long, UnitResult> runs = new LinkedHashMap<>();
        if (chosen.isPresent()) {
            for (long seed : planning.seeds(row)) {
                UnitRequest request = planning.requests().run(row, chosen.get(), seed);
                String detail = row.trained() ? "seed " + seed : "";
                runs.put(
                        seed,
                        work.done(request, row, detail, seed, planned.run().seconds()));
                if (!spec.config().keepAdapters()) {
                    MergeCheck.delete(planning.requests().output(row, seed));
                }
            }
        }
        Optional<Estimate> estimate = chosen.map(c -> planning.ofRun(row, c));
        return new RowResult(row, chosen, trials, runs, estimate, Optional.empty());
    }

    private Map<Row.Candidate, UnitResult> trials(ComparisonPlan.Planned planned, Planning planning) {
        Row row = planned.row();
        Map<Row.Candidate, UnitResult> trials = new LinkedHashMap<>();
        if (row.swept()) {
            long seed = spec.config().seeds().get(0);
            for (Row.Candidate candidate : row.candidates()) {
                UnitRequest request = planning.requests().trial(row, candidate);
                double expected = planned.trial().seconds();
                trials.put(candidate, work.done(request, row, "tuning " + words(candidate), seed, expected));
            }
        }
        return trials;
    }

    private static String words(Row.Candidate candidate) {
        return candidate.swept().entrySet().stream()
                .map(e -> e.getKey().replaceFirst("^[a-z]+\\.", "") + " " + e.getValue())
                .collect(java.util.stream.Collectors.joining(", "));
    }

    /** The settings with the lowest loss on the rows that were set aside; of equals the one named first. */
    private static Optional<Row.Candidate> best(Map<Row.Candidate, UnitResult> trials) {
        return trials.entrySet().stream()
                .filter(t -> t.getValue().isOk())
                .min(Comparator.comparingDouble(t -> loss(t.getValue())))
                .map(Map.Entry::getKey);
    }

    private static double loss(UnitResult result) {
        double loss = result.figures().getOrDefault(Figure.HELD_OUT_LOSS.key(), Double.NaN);
        return Double.isFinite(loss) ? loss : Double.POSITIVE_INFINITY;
    }
}
