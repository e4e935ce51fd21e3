package org.peft4j.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.peft4j.report.ComparisonReport;
import org.peft4j.report.Figure;
import org.peft4j.report.ReportFiles;
import org.peft4j.report.ReportRow;
import org.peft4j.report.Spread;
import org.peft4j.report.TerminalTable;

/** Shows the result of a comparison and writes its report. */
final class CompareResult {
    private final Screen screen;
    private final Path output;
    private final boolean quiet;

    CompareResult(Screen screen, Path output, boolean quiet) {
        this.screen = screen;
        this.output = output;
        this.quiet = quiet;
    }

    void show(ComparisonReport report) {
        List<Path> files = ReportFiles.write(report, output);
        screen.out().println();
        screen.out().print(TerminalTable.of(report, screen.width(), screen.outAnsi()));
        screen.out().println();
        if (!quiet) {
            estimates(report);
        }
        screen.out().println(screen.bold("Report"));
        files.forEach(file -> screen.out().println("  " + file));
    }

    /** What was expected, and what came. */
    private void estimates(ComparisonReport report) {
        screen.out().println(screen.bold("Estimated and measured, a run"));
        int width =
                report.rows().stream().mapToInt(r -> r.label().length()).max().orElse(0);
        for (ReportRow row : report.rows()) {
            if (row.outcome().isOk()) {
                String label = row.label() + " ".repeat(width - row.label().length());
                screen.out()
                        .println("  " + label + "  " + pair(row, Figure.RUN_SECONDS, 1, "s", 1) + "   "
                                + pair(row, Figure.PEAK_MEMORY, 1e-6, "MB", 0));
            }
        }
        screen.out().println();
    }

    private static String pair(ReportRow row, Figure figure, double scale, String unit, int digits) {
        OptionalDouble expected = row.estimates().get(figure);
        Optional<Spread> measured = row.spread(figure);
        if (expected.isEmpty() || measured.isEmpty()) {
            return "";
        }
        double was = expected.getAsDouble() * scale;
        double is = measured.get().mean() * scale;
        String form = "%8." + digits + "f and %8." + digits + "f %s (%+3.0f %%)";
        return String.format(Locale.ROOT, form, was, is, unit, 100 * (was - is) / is);
    }
}
