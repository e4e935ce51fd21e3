package org.peft4j.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.peft4j.api.PeftException;

/** Writes a report's files. */
public final class ReportFiles {
    private ReportFiles() {}

    /**
     * Writes {@code report.json}, {@code results.csv}, {@code report.md} and {@code report.html} into a directory, which is
     * created where it isn't there. Each file appears whole or stays as it was.
     *
     * @return the files, in this order
     * @throws PeftException {@code report-write} where a file can't be written
     */
    public static List<Path> write(ComparisonReport report, Path directory) {
        try {
            Files.createDirectories(directory);
            return List.of(
                    write(directory.resolve("report.json"), ReportJson.write(report)),
                    write(directory.resolve("results.csv"), ResultsCsv.of(report)),
                    write(directory.resolve("report.md"), MarkdownReport.of(report)),
                    write(directory.resolve("report.html"), HtmlReport.of(report)));
        } catch (IOException | UncheckedIOException e) {
            throw PeftException.of(
                    "report-write",
                    "The report can't be written to " + directory + ": " + e.getMessage(),
                    "Make room there or choose another directory; finished runs are kept.",
                    e);
        }
    }

    private static Path write(Path file, String text) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            // Half a character that a generation was cut at becomes a question mark, not an error.
            Files.write(temporary, text.getBytes(StandardCharsets.UTF_8));
            try {
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
        return file;
    }
}
