package org.peft4j.data;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Documents of a file of running text. Lines within one are joined by a line feed. */
final class TextRows implements RowReader {
    private static final int MAX_DOCUMENT = 64 << 20;

    private final String source;
    private final LineReader lines;
    private final TextUnit unit;

    TextRows(String source, LineReader lines, TextUnit unit) {
        this.source = source;
        this.lines = lines;
        this.unit = unit;
    }

    @Override
    public Optional<DataRow> next() throws IOException {
        StringBuilder text = new StringBuilder();
        int first = 0;
        for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
            boolean blank = line.get().isBlank();
            if (first > 0 && blank && unit == TextUnit.PARAGRAPH) {
                break;
            }
            if (first == 0 && blank) {
                continue;
            }
            text.append(first == 0 ? "" : "\n").append(line.get());
            first = first == 0 ? lines.line() : first;
            if (text.length() > MAX_DOCUMENT) {
                throw DataProblems.row(
                        Origin.line(source, first),
                        "the document is longer than 64 MB",
                        "Separate documents by blank lines and set text-unit to paragraph.");
            }
        }
        return first == 0
                ? Optional.empty()
                : Optional.of(new DataRow(
                        new RowText.Plain(text.toString().stripTrailing()), Origin.line(source, first), Map.of()));
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
