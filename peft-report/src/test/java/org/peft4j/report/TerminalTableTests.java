package org.peft4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalTableTests {
    @ParameterizedTest
    @ValueSource(ints = {60, 80, 100, 140})
    void everyLineFits(int width) {
        String table = TerminalTable.of(SampleReport.report(), width, false);
        assertThat(table.lines()).allMatch(l -> l.length() <= width).hasSizeGreaterThan(10);
        assertThat(table.chars()).as("ASCII alone").allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7F));
    }

    @Test
    void rowsComeWithTheBestFirstAndFailuresWithTheirReason() {
        List<String> lines =
                TerminalTable.of(SampleReport.report(), 100, false).lines().toList();
        assertThat(lines.get(0).strip()).startsWith("held-out loss").contains("parameters", "memory", "training");
        assertThat(lines.get(3)).startsWith("LoRA").contains("*0.1816 +- 0.0011", "149,504", "614 +- 1");
        assertThat(lines.get(4)).startsWith("QLoRA").contains("*0.1827 +- 0.0012");
        assertThat(lines.get(5)).startsWith("Full fine-tuning").contains(" 0.1874 +- 0.0009");
        assertThat(lines.get(8)).startsWith("Untouched base").contains("6.1359");
        assertThat(lines.get(9)).startsWith("Prompt tuning").contains("failed: the process was killed");
    }

    @Test
    void theNarrowTableKeepsTheLossAndLeavesOutOthers() {
        List<String> lines =
                TerminalTable.of(SampleReport.report(), 60, false).lines().toList();
        assertThat(lines.get(0)).contains("held-out loss", "parameters").doesNotContain("forgetting");
    }

    @Test
    void coloursComeOnlyWhenAskedFor() {
        assertThat(TerminalTable.of(SampleReport.report(), 100, false)).doesNotContain("\u001b");
        String coloured = TerminalTable.of(SampleReport.report(), 100, true);
        assertThat(coloured).contains("\u001b[1m");
        assertThat(coloured.replaceAll("\u001b\\[\\d+m", ""))
                .isEqualTo(TerminalTable.of(SampleReport.report(), 100, false));
    }

    @Test
    void aLabelCannotMoveTheCursor() {
        assertThat(TerminalTable.of(Reports.of(Reports.row("a\u001b[2Jb\nc", 1, 2)), 80, false))
                .doesNotContain("\u001b")
                .contains("a [2Jb c");
    }

    @Test
    void summaryFollows() {
        assertThat(TerminalTable.of(SampleReport.report(), 100, false))
                .contains(
                        "LoRA and QLoRA share the lowest held-out loss: 0.1816 +- 0.0011 and 0.1827 +- 0.0012 (3 seeds)")
                .contains("- Prompt tuning has no result, failed:");
    }
}
