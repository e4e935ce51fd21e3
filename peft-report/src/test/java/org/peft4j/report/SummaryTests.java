package org.peft4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SummaryTests {
    private static Summary of(ReportRow... rows) {
        return Summary.of(Reports.of(rows));
    }

    @Test
    void aDifferenceBeyondTheSpreadIsClaimed() {
        assertThat(of(Reports.row("worse", 0.30, 0.31, 0.32), Reports.row("better", 0.20, 0.21, 0.22))
                        .headline())
                .isEqualTo("better has the lowest held-out loss, 0.2100 \u00b1 0.0100 (3 seeds). The next, worse with"
                        + " 0.3100 \u00b1 0.0100, is higher than the best by more than the spread.");
    }

    @Test
    void aDifferenceWithinTheSpreadIsNot() {
        assertThat(of(Reports.row("a", 0.20, 0.21, 0.22), Reports.row("b", 0.215, 0.225, 0.235))
                        .headline())
                .isEqualTo(
                        "a and b share the lowest held-out loss: 0.2100 \u00b1 0.0100 and 0.2250 \u00b1 0.0100 (3 seeds),"
                                + " differences smaller than the spread.");
    }

    @Test
    void theNextIsTheFirstThatDiffersFromTheBest() {
        assertThat(of(
                                Reports.row("a", 0.20, 0.21, 0.22),
                                Reports.row("b", 0.21, 0.22, 0.23),
                                Reports.row("c", 0.235, 0.236, 0.237))
                        .headline())
                .startsWith("a and b share")
                .endsWith("The next, c with 0.2360 \u00b1 0.0010, is higher than the best by more than the spread.");
    }

    @Test
    void manyThatShareAreTheirRange() {
        assertThat(of(
                                Reports.row("a", 0.20, 0.22),
                                Reports.row("b", 0.21, 0.22),
                                Reports.row("c", 0.21, 0.23),
                                Reports.row("d", 0.22, 0.23))
                        .headline())
                .contains("a, b, c and d share")
                .contains("0.2100 \u00b1 0.0141 to 0.2250 \u00b1 0.0071 (2 seeds)");
    }

    @Test
    void withOneSeedNothingIsClaimed() {
        Summary summary = of(
                Reports.with(Reports.with(Reports.row("a", 0.2), Figure.FORGETTING, 0), Figure.PEAK_MEMORY, 1e9),
                Reports.with(Reports.with(Reports.row("b", 0.9), Figure.FORGETTING, 1), Figure.PEAK_MEMORY, 2e9));
        assertThat(summary.headline())
                .isEqualTo("a had the lowest held-out loss, 0.2000, in a single run. With one seed no spread is known,"
                        + " so no difference is claimed.");
        assertThat(summary.points())
                .contains("On general text no row can be told from another by what it forgot.")
                .noneMatch(p -> p.contains("beats") || p.contains("least"));
    }

    @Test
    void amongThoseThatShareTheLossTheCheapestIsNamed() {
        ReportRow large = Reports.with(
                Reports.with(Reports.row("large", 0.20, 0.21), Figure.TRAINABLE_PARAMETERS, 1_000_000),
                Figure.PEAK_MEMORY,
                2e9);
        ReportRow small = Reports.with(
                Reports.with(Reports.row("small", 0.205, 0.215), Figure.TRAINABLE_PARAMETERS, 1_000),
                Figure.PEAK_MEMORY,
                2e9);
        ReportRow bad = Reports.with(Reports.row("bad", 0.9, 0.91), Figure.TRAINABLE_PARAMETERS, 10);
        assertThat(of(large, small, bad).points())
                .contains("Among those that share the lowest loss, they can't be told apart by peak memory;"
                        + " small trains the fewest parameters (1,000).");
    }

    @Test
    void whatIsBeatenIsNotOnTheFront() {
        ReportRow best = Reports.with(Reports.row("best", 0.20, 0.21), Figure.TRAINABLE_PARAMETERS, 1000);
        ReportRow cheap = Reports.with(Reports.row("cheap", 0.50, 0.51), Figure.TRAINABLE_PARAMETERS, 10);
        ReportRow beaten = Reports.with(Reports.row("beaten", 0.60, 0.61), Figure.TRAINABLE_PARAMETERS, 500);
        ReportRow tied = Reports.with(Reports.row("tied", 0.205, 0.215), Figure.TRAINABLE_PARAMETERS, 1000);
        assertThat(Pareto.front(List.of(beaten, cheap, tied, best), Figure.HELD_OUT_LOSS, Figure.TRAINABLE_PARAMETERS))
                .containsExactly(best, tied, cheap);
        assertThat(of(best, cheap, beaten, tied).points())
                .contains("Loss against trained parameters: no other row beats best, tied and cheap.");
    }

    @Test
    void aHigherTaskFigureIsBetter() {
        ReportRow a = Reports.with(Reports.row("a", 0.2, 0.3), Figure.EXACT_MATCH, 0.5);
        ReportRow b = Reports.with(Reports.row("b", 0.2, 0.3), Figure.EXACT_MATCH, 0.75);
        assertThat(of(a, b).points()).contains("In the generations, b has the best exact match (75.0 \u00b1 0.0 %).");
    }

    @Test
    void aRowThatIsNotBelowTheBaseIsSaidToBeSo() {
        ReportRow base = new ReportRow(
                "untouched",
                "base",
                false,
                Map.of(),
                Outcome.ok(),
                Figures.none(),
                List.of(),
                List.of(Reports.run(1, Figures.none().with(Figure.HELD_OUT_LOSS, 1.0))));
        assertThat(of(base, Reports.row("good", 0.5, 0.6), Reports.row("useless", 0.9, 1.2))
                        .points())
                .contains(
                        "The untouched base has a held-out loss of 1.0000; useless is not below it by more than the spread.");
        assertThat(of(base, Reports.row("good", 0.5, 0.6)).points())
                .contains(
                        "The untouched base has a held-out loss of 1.0000; every trained row is below it by more than the spread.");
    }

    @Test
    void rowsAndSeedsWithoutAResultAreNamedWithTheirReason() {
        ReportRow partly = Reports.row(
                "partly",
                List.of(
                        Reports.run(1, Figures.none().with(Figure.HELD_OUT_LOSS, 1)),
                        new SeedRun(2, Outcome.failed("exit code 1"), Figures.none(), List.of(), List.of())));
        assertThat(of(partly, Reports.failed("broken", "it diverged.\n  Lower the rate."))
                        .points())
                .contains(
                        "partly lacks seed 2, failed: exit code 1.",
                        "broken has no result, failed: it diverged. Lower the rate.");
    }

    @Test
    void theWorstErrorOfTheEstimatesIsSaid() {
        ReportRow row = Reports.with(Reports.row("a", 0.2, 0.3), Figure.PEAK_MEMORY, 100e6);
        ReportRow estimated = new ReportRow(
                row.label(),
                row.method(),
                true,
                row.settings(),
                row.outcome(),
                Figures.none().with(Figure.PEAK_MEMORY, 88e6),
                List.of(),
                row.runs());
        assertThat(of(estimated).points())
                .contains("Estimated before the first run against measured: peak memory within 12 % in every row.");
    }

    @Test
    void nothingToCompareIsSaidPlainly() {
        assertThat(of(Reports.failed("a", "killed")).headline()).startsWith("No trained row has a held-out loss");
        assertThat(of(Reports.row("a", 0.2, 0.3)).headline())
                .isEqualTo(
                        "a reached a held-out loss of 0.2500 \u00b1 0.0707 (2 seeds); no other trained row has one to compare it with.");
    }

    /** Whatever the figures: who is said to be beaten is so in the figures, by more than the spreads. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theFrontIsNeverEmptyAndTheBestIsOnIt(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<ReportRow> rows = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            double loss = random.nextDouble();
            double spread = 0.3 * random.nextDouble();
            rows.add(Reports.with(
                    Reports.row("row " + i, loss, loss + spread), Figure.TRAINABLE_PARAMETERS, random.nextInt(100)));
        }
        List<ReportRow> front = Pareto.front(rows, Figure.HELD_OUT_LOSS, Figure.TRAINABLE_PARAMETERS);
        assertThat(front).isNotEmpty();
        for (ReportRow beaten : rows) {
            if (!front.contains(beaten)) {
                assertThat(rows).as("what beats %s", beaten.label()).anyMatch(r -> beats(r, beaten));
            }
        }
    }

    private static boolean beats(ReportRow a, ReportRow b) {
        Spread x = a.spread(Figure.HELD_OUT_LOSS).orElseThrow();
        Spread y = b.spread(Figure.HELD_OUT_LOSS).orElseThrow();
        double p = a.spread(Figure.TRAINABLE_PARAMETERS).orElseThrow().mean();
        double q = b.spread(Figure.TRAINABLE_PARAMETERS).orElseThrow().mean();
        boolean better = x.mean() + x.deviation() < y.mean() - y.deviation();
        boolean worse = y.mean() + y.deviation() < x.mean() - x.deviation();
        return (better && p <= q) || (p < q && !worse);
    }
}
