package org.peft4j.data;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.peft4j.api.PeftException;

/** Reads lines of UTF-8 and knows the line on which it stops being that. Takes a byte-order mark and CRLF. */
final class LineReader implements Closeable {
    static final int MAX_LINE_BYTES = 10_000_000;

    private final String source;
    private final InputStream in;
    private int line;

    LineReader(Path file) throws IOException {
        this(file.toString(), Files.newInputStream(file));
    }

    LineReader(String source, InputStream in) {
        this.source = source;
        this.in = new BufferedInputStream(in, 1 << 16);
    }

    /** The number of the line read last, from 1. */
    int line() {
        return line;
    }

    /** The next line without its end; empty at the end of the file. */
    Optional<String> next() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        int b = in.read();
        if (b < 0) {
            return Optional.empty();
        }
        line++;
        for (; b >= 0 && b != '\n'; b = in.read()) {
            if (bytes.size() >= MAX_LINE_BYTES) {
                throw DataProblems.row(
                        Origin.line(source, line), "the line is longer than 10 MB", "Write one row a line.");
            }
            bytes.write(b);
        }
        String text = decode(bytes.toByteArray());
        if (line == 1 && text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
    }

    private String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw PeftException.of(
                    "data-file",
                    Origin.line(source, line) + ": not text in UTF-8.",
                    "Save the file as UTF-8; unpack it first if it is compressed.",
                    e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
