package org.peft4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peft4j.api.PeftException;

class ReportJsonTests {
    @TempDir
    private Path directory;

    /** A report that has something of everything. */
    private static ComparisonReport everything() {
        Figures all = Figures.none();
        for (Figure figure : Figure.values()) {
            all = all.with(figure, 0.1 + figure.ordinal());
        }
        SeedRun good = new SeedRun(
                1,
                Outcome.ok(),
                all.with(Figure.PEAK_MEMORY, 987_654_321_012.0),
                List.of(CurvePoint.heldOut(0, 0, 6.25), CurvePoint.train(10, 1.5, 3.1)),
                List.of("an answer\nof two lines </script> \u2028"));
        SeedRun bad = new SeedRun(
                -7_000_000_000_000_000_000L,
                Outcome.failed("the loss is not a number"),
                Figures.none(),
                List.of(CurvePoint.train(1, 0.25, Double.NaN)),
                List.of());
        Trial won = new Trial(Map.of("rank", "8"), Outcome.ok(), Figures.none().with(Figure.HELD_OUT_LOSS, 1), true);
        Trial lost = new Trial(Map.of("rank", "4"), Outcome.skipped("no time"), Figures.none(), false);
        ReportRow row = new ReportRow(
                "LoRA, rank 8",
                "some-method",
                true,
                Reports.facts("z", "1", "a", "2", "m", "3"),
                Outcome.ok(),
                Figures.none().with(Figure.RUN_SECONDS, 60),
                List.of(won, lost),
                List.of(good, bad));
        return Reports.withExamples(
                Reports.of(row, Reports.failed("broken", "exit code 137")), new Example("Say:", "Said."));
    }

    @Test
    void whatIsReadIsWhatWasWritten() throws IOException {
        ComparisonReport report = everything();
        Path file = directory.resolve("report.json");
        Files.writeString(file, ReportJson.write(report));
        ComparisonReport read = ReportJson.read(file);
        assertThat(read).isEqualTo(report);
        assertThat(read.rows().get(0).settings())
                .as("the order of settings")
                .containsExactlyEntriesOf(report.rows().get(0).settings());
        assertThat(ReportJson.write(read)).isEqualTo(ReportJson.write(report));
    }

    @Test
    void aFigureThatIsNotANumberCountsAsNotMeasured() {
        Figures figures = Figures.none().with(Figure.HELD_OUT_LOSS, Double.NaN).with(Figure.BLEU, 12);
        assertThat(figures.get(Figure.HELD_OUT_LOSS)).isEmpty();
        assertThat(figures.get(Figure.BLEU)).hasValue(12);
    }

    @Test
    void otherProgramsFindMeanAndSpreadOfEachRow() throws IOException {
        ReportRow row = Reports.row("a", 1, 2, 4);
        JsonNode json = new ObjectMapper().readTree(ReportJson.write(Reports.of(row)));
        JsonNode first = json.at("/rows/0");
        assertThat(first.at("/mean/held-out-loss").doubleValue()).isEqualTo(7.0 / 3, within(1e-12));
        assertThat(first.at("/spread/held-out-loss").doubleValue()).isEqualTo(Math.sqrt(7.0 / 3), within(1e-12));
        assertThat(first.at("/mean").has("bleu"))
                .as("a figure that wasn't measured")
                .isFalse();
    }

    @Test
    void runsThatFailedDoNotCountInTheMean() {
        SeedRun good = Reports.run(1, Figures.none().with(Figure.HELD_OUT_LOSS, 2));
        SeedRun bad = new SeedRun(
                2, Outcome.failed("killed"), Figures.none().with(Figure.HELD_OUT_LOSS, 9), List.of(), List.of());
        assertThat(Reports.row("a", List.of(good, bad)).spread(Figure.HELD_OUT_LOSS))
                .hasValue(new Spread(1, 2, 0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "not json|is not JSON",
                "{}|not a comparison's report of version 1",
                "{\"format\": \"peft4j-comparison\", \"version\": 2}|not a comparison's report of version 1",
                "{\"format\": \"peft4j-comparison\", \"version\": 1}|title has to be there"
            })
    void whatIsNoReportIsRefused(String text, String message) {
        assertThatThrownBy(() -> ReportJson.read(text, "some.json"))
                .isInstanceOfSatisfying(
                        PeftException.class, e -> assertThat(e.code()).isEqualTo("report-file"))
                .hasMessageContaining("some.json")
                .hasMessageContaining(message);
    }

    @Test
    void anErrorNamesThePlaceInTheFile() {
        String json = ReportJson.write(everything()).replace("\"status\" : \"skipped\"", "\"status\" : \"lost\"");
        assertThatThrownBy(() -> ReportJson.read(json, "some.json"))
                .hasMessageContaining("rows[0].trials[1].status has to be ok, failed or skipped");
    }
}
