package org.peft4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.api.PeftException;

class ReportFilesTests {
    @TempDir
    private Path directory;

    @Test
    void fourFilesAreWrittenAndWrittenAgainTheSame() throws IOException {
        Path into = directory.resolve("a/b");
        List<Path> files = ReportFiles.write(SampleReport.report(), into);
        assertThat(files)
                .extracting(f -> f.getFileName().toString())
                .containsExactly("report.json", "results.csv", "report.md", "report.html");
        List<String> texts = texts(files);
        ReportFiles.write(ReportJson.read(files.get(0)), into);
        assertThat(texts(files)).as("written from what was read").isEqualTo(texts);
        try (Stream<Path> all = Files.list(into)) {
            assertThat(all).as("nothing else is left").hasSize(4);
        }
    }

    private static List<String> texts(List<Path> files) throws IOException {
        List<String> texts = new java.util.ArrayList<>();
        for (Path file : files) {
            texts.add(Files.readString(file));
        }
        return texts;
    }

    @Test
    void aPlaceThatCannotBeWrittenToIsAnErrorThatSaysSo() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> ReportFiles.write(SampleReport.report(), file.resolve("below")))
                .isInstanceOfSatisfying(
                        PeftException.class, e -> assertThat(e.code()).isEqualTo("report-write"))
                .hasMessageContaining(file.toString());
    }

    @Test
    void halfACharacterDoesNotLoseTheReport() throws IOException {
        SeedRun run = new SeedRun(1, Outcome.ok(), Figures.none(), List.of(), List.of("cut \ud83d"));
        ComparisonReport report =
                Reports.withExamples(Reports.of(Reports.row("a", List.of(run))), new Example("p", "r"));
        assertThat(Files.readString(ReportFiles.write(report, directory).get(3)))
                .contains("cut \ufffd");
    }

    @Test
    void aLineOfTheCsvForEachRowAndSeed() {
        List<String> lines = ResultsCsv.of(SampleReport.report()).lines().toList();
        assertThat(lines).hasSize(1 + 1 + 5 * 3 + 1);
        assertThat(lines.get(0))
                .startsWith(
                        "row,method,settings,seed,status,reason,trainable-parameters,trainable-share,held-out-loss");
        assertThat(lines.get(2)).startsWith("LoRA,lora,rank 16,1,ok,,149504,");
        assertThat(lines.get(17))
                .startsWith("Prompt tuning,method,,,failed,the process was killed (exit code 137): it needed");
        assertThat(lines)
                .allMatch(l -> l.chars().filter(c -> c == ',').count()
                        == lines.get(0).chars().filter(c -> c == ',').count());
    }

    @Test
    void whatWouldBreakTheCsvIsQuoted() {
        assertThat(ResultsCsv.of(Reports.of(Reports.failed("a, \"b\"", "one\ntwo"))))
                .contains("\"a, \"\"b\"\"\",method,,,failed,\"one\ntwo\"");
    }

    @Test
    void markdownHasTheSummaryTheFiguresAndTheGenerations() {
        String markdown = MarkdownReport.of(SampleReport.report());
        assertThat(markdown)
                .startsWith("# Six methods on a small Llama\n\n**LoRA and QLoRA share")
                .contains("| Row | Held-out loss (nats/token) | Perplexity |")
                .contains("| LoRA | **0.1816 \u00b1 0.0011** |")
                .contains("| Prompt tuning | failed: the process was killed")
                .contains("learning-rate 0.003: 0.1816 (taken)")
                .contains("LoRA, Full fine-tuning and Untouched base:\n\n```text\n</script>");
        long columns = markdown.lines()
                .filter(l -> l.startsWith("| Row | Held-out"))
                .findFirst()
                .orElseThrow()
                .chars()
                .filter(c -> c == '|')
                .count();
        assertThat(markdown.lines()
                        .filter(l -> l.startsWith("| LoRA | **0.18"))
                        .findFirst()
                        .orElseThrow()
                        .chars()
                        .filter(c -> c == '|')
                        .count())
                .isEqualTo(columns);
    }

    @Test
    void textInMarkdownIsNoMarkup() {
        String markdown = MarkdownReport.of(Reports.withExamples(
                Reports.of(Reports.failed("a|b *c* <img>", "x | y")), new Example("``` \n# head", "")));
        assertThat(markdown).contains("a\\|b \\*c\\* &lt;img&gt;", "x \\| y").contains("````text\n``` \n# head\n````");
    }

    @Test
    void aReportWithoutAnyResultIsStillAPage() {
        ComparisonReport report = Reports.of(Reports.failed("a", "killed <b>"));
        assertThat(HtmlReport.of(report)).contains("No trained row has a held-out loss", "Failed: killed &lt;b&gt;.");
        assertThat(HtmlReport.of(Reports.of())).contains("Methods side by side");
    }
}
