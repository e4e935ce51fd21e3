package org.peft4j.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.Fingerprint;

/**
 * A file of rows in UTF-8: JSON one row a line (JSONL), one JSON list of rows, or running text ({@code .txt}, {@code .md}). A
 * byte-order mark and CRLF are taken; a line above 10 MB is refused. Every error names the file and the line.
 *
 * @param path the file
 * @param format its layout; a layout other than {@code auto} holds for every row
 * @param textUnit what one document of running text is
 */
public record DataFile(Path path, DataFormat format, TextUnit textUnit) implements DataSource {
    /** A file whose layout shows by itself, one document a paragraph where it is running text. */
    public static DataFile of(Path path) {
        return new DataFile(path, DataFormat.AUTO, TextUnit.PARAGRAPH);
    }

    /** A file read by these settings. */
    public static DataFile of(Path path, DataSettings settings) {
        return new DataFile(path, settings.format(), settings.textUnit());
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public Stream<DataRow> rows() {
        check();
        try {
            return stream();
        } catch (IOException e) {
            throw RowReader.unreadable(name(), e);
        }
    }

    /** The SHA-256 of the file's bytes, as {@code sha256sum} prints it. */
    @Override
    public String fingerprint() {
        check();
        return Fingerprint.of(path);
    }

    private Stream<DataRow> stream() throws IOException {
        try {
            return open().stream(name());
        } catch (CharacterCodingException e) {
            throw JsonArrayRows.notUtf8(path);
        }
    }

    private void check() {
        if (!Files.exists(path)) {
            throw DataProblems.file(
                    path + ": there is no such file.",
                    "Check the path; it is relative to " + Path.of("").toAbsolutePath() + ".");
        }
        if (Files.isDirectory(path)) {
            throw DataProblems.file(path + " is a directory, not a file.", "Name the data file in it.");
        }
    }

    private RowReader open() throws IOException {
        int first = firstByte();
        String ending = name().toLowerCase(Locale.ROOT);
        boolean text = ending.endsWith(".txt") || ending.endsWith(".md");
        if (format == DataFormat.PLAIN_TEXT || (format == DataFormat.AUTO && text)) {
            return new TextRows(name(), new LineReader(path), textUnit);
        }
        return first == '[' ? new JsonArrayRows(path, format) : new JsonRows(name(), new LineReader(path), format);
    }

    /** The first byte that is neither blank nor part of a byte-order mark. */
    private int firstByte() throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
            int b = in.read();
            while (b == ' ' || b == '\t' || b == '\r' || b == '\n' || b == 0xEF || b == 0xBB || b == 0xBF) {
                b = in.read();
            }
            if (b < 0) {
                throw PeftException.of("data-file", path + " is empty.", "Write at least one row into it.");
            }
            return b;
        }
    }
}
