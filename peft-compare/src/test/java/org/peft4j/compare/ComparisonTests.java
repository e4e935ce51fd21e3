package org.peft4j.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.api.PeftException;
import org.peft4j.config.ConfigDocument;
import org.peft4j.data.DataFile;
import org.peft4j.report.ComparisonReport;
import org.peft4j.report.Figure;
import org.peft4j.report.HtmlReport;
import org.peft4j.report.ReportRow;
import org.peft4j.report.SeedRun;
import org.peft4j.runtime.Peft;

class ComparisonTests {
    /** What differs from run to run. */
    private static final Set<Figure> MEASURED_TIMES = Set.of(
            Figure.TRAINING_TOKENS_PER_SECOND,
            Figure.TRAINING_SECONDS,
            Figure.SECONDS_TO_BEST,
            Figure.RUN_SECONDS,
            Figure.PEAK_MEMORY,
            Figure.START_UP_SECONDS,
            Figure.GENERATION_TOKENS_PER_SECOND,
            Figure.GENERATION_TOKENS_PER_SECOND_OFF);

    private final Peft peft = Peft.create(1);
    private final Told told = new Told();
    private Workshop workshop;

    /** Remembers which units were run, and which were taken from before. */
    private static final class Told implements ComparisonListener {
        final List<String> run = new ArrayList<>();
        final List<String> earlier = new ArrayList<>();
        Runnable afterUnit = () -> {};

        @Override
        public void unitFinished(String what, String outcome, boolean before) {
            (before ? earlier : run).add(what);
            afterUnit.run();
        }
    }

    @BeforeEach
    void make(@TempDir Path directory) throws IOException {
        workshop = new Workshop(directory);
    }

    @AfterEach
    void end() {
        peft.close();
    }

    private Comparison comparison(ConfigDocument document) {
        ComparisonSpec spec = ComparisonSpec.read(document, peft);
        return new Comparison(spec, peft, UnitLauncher.inThisProcess(peft), told);
    }

    private ComparisonReport run(String output, String rows, String... changes) {
        told.run.clear();
        told.earlier.clear();
        return comparison(workshop.comparison(output, rows, changes)).run().orElseThrow();
    }

    @Test
    void everyRowIsMeasuredWithEverySeed() {
        ComparisonReport report = run("out", "[{method: {name: lora, rank: 2}}, full, prefix, base]");

        assertThat(report.rows()).extracting(ReportRow::label).containsExactly("lora", "full", "prefix", "base");
        assertThat(report.rows()).allMatch(r -> r.outcome().isOk());
        assertThat(report.rows().get(0).runs()).extracting(SeedRun::seed).containsExactly(1L, 2L);
        assertThat(report.rows().get(3).runs()).hasSize(1);
        for (ReportRow row : report.rows()) {
            assertThat(row.runs().get(0).figures().values())
                    .as(row.label())
                    .containsKeys(
                            Figure.HELD_OUT_LOSS,
                            Figure.PERPLEXITY,
                            Figure.EXACT_MATCH,
                            Figure.BLEU,
                            Figure.ROUGE_L,
                            Figure.FORGETTING,
                            Figure.START_UP_SECONDS,
                            Figure.GENERATION_TOKENS_PER_SECOND,
                            Figure.RUN_SECONDS);
            assertThat(row.estimates().values()).containsKey(Figure.RUN_SECONDS);
            assertThat(row.runs().get(0).outputs()).hasSize(2);
        }
        assertThat(figure(report, 3, Figure.FORGETTING)).isZero();
        assertThat(figure(report, 0, Figure.MERGE_ERROR)).isBetween(0.0, 1e-3);
        assertThat(figure(report, 1, Figure.MERGE_ERROR)).isZero();
        assertThat(report.rows().get(2).runs().get(0).figures().get(Figure.MERGE_ERROR))
                .isEmpty();
        assertThat(figure(report, 1, Figure.HELD_OUT_LOSS)).isLessThan(figure(report, 3, Figure.HELD_OUT_LOSS));
        assertThat(report.examples()).hasSize(2);
    }

    @Test
    void batchesByTokensAreTriedOutTrainedAndReported() {
        ComparisonReport report = run(
                "tokens",
                "[{method: {name: lora, rank: 2}}]",
                "seeds=[1]",
                "training={batch-size: 70, batch-type: tokens, epochs: 1}");

        assertThat(report.rows()).allMatch(r -> r.outcome().isOk());
        assertThat(report.rows().get(0).estimates().values()).containsKey(Figure.RUN_SECONDS);
        assertThat(report.budget().batchSize()).isZero();
        assertThat(report.budget().steps()).isGreaterThan(2);
        assertThat(report.budget().more()).containsEntry("most tokens of a step", "70");
        String page = HtmlReport.of(report);
        assertThat(page).contains("most tokens of a step").doesNotContain("of 0 sequences", "sequences a step");
    }

    private static double figure(ComparisonReport report, int row, Figure figure) {
        return report.rows().get(row).runs().get(0).figures().get(figure).orElseThrow();
    }

    @Test
    void whatIsFinishedIsNotRunAgainUnlessItsInputsChanged() throws IOException {
        String rows = "[{name: a, method: {name: lora, rank: 2}}, {name: b, method: {name: lora, rank: 4}}, base]";
        ComparisonReport first = run("out", rows);

        ComparisonReport again = run("out", rows);
        assertThat(told.run).isEmpty();
        assertThat(again.rows()).isEqualTo(first.rows());

        run("out", rows.replace("rank: 4", "rank: 3"));
        assertThat(told.run).containsExactly("b, trying out", "b, seed 1", "b, seed 2");

        run("out", rows, "seeds=[1, 2, 3]");
        assertThat(told.run).containsExactly("a, seed 3", "b, seed 3");

        Files.writeString(
                workshop.file("train.jsonl"),
                Files.readString(workshop.file("train.jsonl")) + "{\"prompt\": \"say\", \"completion\": \" no\"}\n");
        run("out", rows);
        assertThat(told.run).contains("a, seed 1", "b, seed 2");
    }

    @Test
    void aComparisonThatWasStoppedGoesOnAndComesToTheSame() {
        String rows = "[{method: {name: lora, rank: 2}}, full, base]";
        ComparisonReport whole = run("whole", rows);

        Comparison broken = comparison(workshop.comparison("broken", rows));
        told.afterUnit = () -> {
            if (told.run.contains("lora, seed 1")) {
                broken.stop();
            }
        };
        told.run.clear();
        assertThat(broken.run()).isEmpty();
        assertThat(told.run).contains("lora, seed 1").doesNotContain("full, seed 1");
        told.afterUnit = () -> {};
        ComparisonReport completed = run("broken", rows);

        assertThat(told.earlier).contains("lora, seed 1");
        assertThat(told.run).doesNotContain("lora, seed 1", "lora, trying out");
        assertThat(withoutTimes(completed)).isEqualTo(withoutTimes(whole));
    }

    private static List<Object> withoutTimes(ComparisonReport report) {
        List<Object> all = new ArrayList<>();
        for (ReportRow row : report.rows()) {
            all.add(List.of(row.label(), row.method(), row.settings(), row.outcome()));
            for (SeedRun run : row.runs()) {
                run.figures().values().forEach((figure, value) -> {
                    if (!MEASURED_TIMES.contains(figure)) {
                        all.add(row.label() + run.seed() + figure + value);
                    }
                });
                run.curve().forEach(p -> all.add(List.of(p.step(), p.trainLoss(), p.heldOutLoss())));
                all.addAll(run.outputs());
            }
        }
        return all;
    }

    @Test
    void theSettingsWithTheLowestLossOnTheRowsSetAsideAreTheRows() {
        String rows = "[{method: {name: lora, rank: 2}, sweep: {optimizer.learning-rate: [1e-7, 2e-2]}},"
                + " {method: full, sweep: {optimizer.learning-rate: [1e-2, 1e-8]}}, base]";

        ComparisonReport report = run("out", rows, "seeds=[1]");

        assertThat(report.rows().get(0).trials()).extracting(t -> t.winner()).containsExactly(false, true);
        assertThat(report.rows().get(0).settings()).containsEntry("learning-rate", "0.02");
        assertThat(report.rows().get(1).trials()).extracting(t -> t.winner()).containsExactly(true, false);
        assertThat(report.budget().settingsPerRow()).isEqualTo(2);
    }

    @Test
    void rowsSetAsideForTuningAreNotTrainedOn() {
        DataFile all = DataFile.of(workshop.file("train.jsonl"));
        TuningSplit split = TuningSplit.of(all, 10);

        try (Stream<?> kept = split.kept().rows();
                Stream<?> aside = split.setAside().rows();
                Stream<?> every = all.rows()) {
            List<?> asides = aside.toList();
            List<Object> together = new ArrayList<>(kept.toList());
            assertThat(asides).hasSize(10);
            assertThat(together).hasSize(38).doesNotContainAnyElementsOf(asides);
            together.addAll(asides);
            assertThat(together).hasSameElementsAs(every.toList());
        }
        assertThatThrownBy(() -> TuningSplit.of(all, 25)).isInstanceOf(PeftException.class);
    }

    @Test
    void aRowThatFailsIsARowWithItsReason() {
        ComparisonReport report = run(
                "out",
                "[{name: wrong, method: {name: lora, target-modules: [nowhere]}},"
                        + " {name: wild, method: full, optimizer: {learning-rate: 1e30}},"
                        + " {method: {name: lora, rank: 2}}]");

        assertThat(report.rows()).extracting(r -> r.outcome().isOk()).containsExactly(false, false, true);
        assertThat(report.rows().get(0).outcome().reason()).contains("nowhere");
        assertThat(report.rows().get(1).outcome().reason()).contains("diverged");
    }

    @Test
    void aRowThatCannotFitIsSaidBeforeTheFirstStarts() {
        Comparison comparison = comparison(workshop.comparison("out", "[full, base]", "memory-mb=1"));

        ComparisonPlan plan = comparison.plan().orElseThrow();

        assertThat(plan.rows().get(0).problem())
                .hasValueSatisfying(why -> assertThat(why).contains("memory"));
        assertThat(told.run).noneMatch(u -> u.contains("seed"));
        assertThat(run("out", "[full, base]", "memory-mb=1")
                        .rows()
                        .get(0)
                        .outcome()
                        .reason())
                .contains("memory");
    }

    @Test
    void oneComparisonAtATimeHoldsADirectory() throws IOException {
        try (UnitStore held = UnitStore.open(workshop.file("out"))) {
            assertThatThrownBy(() -> run("out", "[base]"))
                    .isInstanceOf(PeftException.class)
                    .extracting(e -> ((PeftException) e).code())
                    .isEqualTo("compare-running");
            held.keep("a", UnitResult.failed("")); // what is held can be written
        }
        assertThat(run("out", "[base]").rows()).hasSize(1);
    }
}
