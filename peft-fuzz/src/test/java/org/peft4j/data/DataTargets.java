package org.peft4j.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;

/** Readers of rows. */
public final class DataTargets {
    private DataTargets() {}

    /** JSON one row a line. */
    public static void jsonLines(byte[] input) throws IOException {
        drain(new JsonRows("a file", lines(input), DataFormat.AUTO));
    }

    /** One list of rows. */
    public static void jsonArray(byte[] input) throws IOException {
        try {
            drain(new JsonArrayRows(Path.of("no-such-file"), new ByteArrayInputStream(input), DataFormat.AUTO));
        } catch (java.nio.charset.CharacterCodingException | java.nio.file.NoSuchFileException e) {
            return; // the caller reads the file once more to name the line that isn't UTF-8; here is no file
        }
    }

    /** Running text. */
    public static void text(byte[] input) throws IOException {
        drain(new TextRows("a file", lines(input), TextUnit.PARAGRAPH));
    }

    private static LineReader lines(byte[] input) {
        return new LineReader("a file", new ByteArrayInputStream(input));
    }

    private static void drain(RowReader rows) throws IOException {
        while (rows.next().isPresent()) {
            continue;
        }
    }
}
