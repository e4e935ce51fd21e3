package org.peft4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PicturePartsTests {
    private static SeedRun run(long seed, CurvePoint... curve) {
        return new SeedRun(seed, Outcome.ok(), Figures.none(), List.of(curve), List.of());
    }

    @Test
    void aCurveIsMeanAndSpreadOverTheSeedsAtEachStep() {
        ReportRow row = Reports.row(
                "a",
                List.of(
                        run(1, CurvePoint.heldOut(0, 0, 4), CurvePoint.train(5, 1, 9), CurvePoint.heldOut(10, 2, 1)),
                        run(2, CurvePoint.heldOut(0, 0, 6), CurvePoint.heldOut(10, 4, 3))));
        List<Curves.Point> curve = Curves.of(row, CurvePoint::heldOutLoss, 100);
        assertThat(curve)
                .containsExactly(
                        new Curves.Point(0, 0, new Spread(2, 5, Math.sqrt(2))),
                        new Curves.Point(10, 3, new Spread(2, 2, Math.sqrt(2))));
    }

    @Test
    void aRunThatFailedHasNoPartInTheCurve() {
        SeedRun failed = new SeedRun(
                2, Outcome.failed("killed"), Figures.none(), List.of(CurvePoint.heldOut(0, 0, 99)), List.of());
        ReportRow row = Reports.row("a", List.of(run(1, CurvePoint.heldOut(0, 0, 4)), failed));
        assertThat(Curves.of(row, CurvePoint::heldOutLoss, 100))
                .containsExactly(new Curves.Point(0, 0, new Spread(1, 4, 0)));
    }

    @Test
    void aLongCurveIsThinnedByTakingNeighboursTogether() {
        List<CurvePoint> points = new ArrayList<>();
        for (int step = 1; step <= 1000; step++) {
            points.add(CurvePoint.train(step, step, step));
        }
        List<Curves.Point> curve = Curves.of(
                Reports.row("a", List.of(run(1, points.toArray(CurvePoint[]::new)))), CurvePoint::trainLoss, 50);
        assertThat(curve).hasSize(50);
        assertThat(curve.get(0).step()).isEqualTo(1);
        assertThat(curve.get(1).step()).as("of 21 to 40").isEqualTo(30.5);
        assertThat(curve).allMatch(p -> p.loss().mean() == p.step());
        assertThat(curve.get(49).step()).isEqualTo(1000);
    }

    @ParameterizedTest
    @CsvSource({"0.18, 0.52", "430e6, 660e6", "7688, 1033344", "0.0, 1.0", "-0.02, 0.84", "3.0, 3.0", "0.1816, 0.1817"})
    void ticksAreRoundFewAndWithinTheAxis(double least, double greatest) {
        Axis axis = Axis.of(least, greatest, 6, 7);
        assertThat(axis.at(least)).isBetween(0.0, 0.6);
        assertThat(axis.at(greatest)).isBetween(0.4, 1.0);
        assertThat(axis.ticks()).hasSizeBetween(2, 8).isSorted();
        assertThat(axis.ticks()).allMatch(t -> axis.at(t) > -0.001 && axis.at(t) < 1.001);
        assertThat(axis.ticks().stream().map(Axis::label).distinct())
                .as("texts")
                .hasSameSizeAs(axis.ticks());
    }

    @Test
    void aWideRangeIsLogarithmic() {
        Axis axis = Axis.of(1, 10_000, 6, 7);
        assertThat(axis.log()).isTrue();
        assertThat(axis.at(100)).isEqualTo(0.5, within(1e-9));
        assertThat(Axis.of(1, 5, 6, 7).log()).isFalse();
        assertThat(Axis.of(0, 10_000, 6, 7).log()).as("with a 0 in it").isFalse();
    }

    @Test
    void wordsThatTheReferenceLacksAreMarkedAndNothingElseIsMarkup() {
        assertThat(WordDiff.html("Entry is free <b>", "Admission is free"))
                .isEqualTo("<mark>Entry</mark> is free <mark>&lt;b&gt;</mark>");
        assertThat(WordDiff.html("same text", "same text")).isEqualTo("same text");
        assertThat(WordDiff.html("no reference", "")).isEqualTo("no reference");
    }

    @Test
    void equalAnswersAreOne() {
        List<ReportRow> rows = SampleReport.report().rows();
        assertThat(Answers.of(rows, 0))
                .extracting(a -> Prose.labels(a.rows()))
                .containsExactly(
                        "Untouched base", "LoRA and Full fine-tuning", "QLoRA", "LLaMA-Adapter", "Prefix tuning");
    }
}
