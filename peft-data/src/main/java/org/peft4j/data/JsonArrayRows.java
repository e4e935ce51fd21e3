package org.peft4j.data;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.peft4j.api.PeftException;

/** Rows of one JSON array, read one at a time. */
final class JsonArrayRows implements RowReader {
    private static final String REMEDY = "The file is one JSON list of objects: [{...}, {...}].";

    private final Path file;
    private final JsonParser parser;
    private final ObjectReader element;
    private DataFormat format;
    private int row;

    JsonArrayRows(Path file, DataFormat format) throws IOException {
        this(file, Files.newInputStream(file), format);
    }

    JsonArrayRows(Path file, InputStream in, DataFormat format) throws IOException {
        this.file = file;
        this.format = format;
        var json = JsonRows.mapper();
        element = json.readerFor(Object.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        Reader text = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
        text.mark(1);
        if (text.read() != '\uFEFF') {
            text.reset();
        }
        parser = json.createParser(text);
    }

    @Override
    public Optional<DataRow> next() throws IOException {
        try {
            if (row == 0 && parser.currentToken() == null) {
                parser.nextToken(); // the list's opening bracket
            }
            JsonToken token = parser.nextToken();
            if (token == JsonToken.END_ARRAY) {
                end();
                return Optional.empty();
            }
            return token == null ? Optional.empty() : Optional.of(row());
        } catch (JsonProcessingException e) {
            JsonLocation where = e.getLocation();
            int line = where == null ? 0 : where.getLineNr();
            throw DataProblems.row(new Origin(file.toString(), line, row), "not JSON: " + JsonRows.reason(e), REMEDY);
        } catch (CharacterCodingException e) {
            throw notUtf8(file);
        }
    }

    private DataRow row() throws IOException {
        row++;
        Origin at = new Origin(file.toString(), parser.currentTokenLocation().getLineNr(), row);
        long start = parser.currentTokenLocation().getCharOffset();
        Map<String, Object> fields = JsonRows.fields(element.readValue(parser), at);
        if (parser.currentLocation().getCharOffset() - start > LineReader.MAX_LINE_BYTES) {
            throw DataProblems.row(at, "the row is longer than 10 MB", REMEDY);
        }
        format = format == DataFormat.AUTO ? RowShape.detect(fields, at) : format;
        return RowShape.row(format, fields, at);
    }

    private void end() throws IOException {
        if (parser.nextToken() != null) {
            int line = parser.currentTokenLocation().getLineNr();
            throw DataProblems.row(Origin.line(file.toString(), line), "something follows the end of the list", REMEDY);
        }
    }

    /** Reading by lines stops at the line that is to blame, with an error that names it. */
    static PeftException notUtf8(Path file) throws IOException {
        try (LineReader lines = new LineReader(file)) {
            for (boolean more = true; more; ) {
                more = lines.next().isPresent();
            }
        } catch (PeftException e) {
            return e;
        }
        return DataProblems.file(file + " is not text in UTF-8.", "Save the file as UTF-8.");
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
