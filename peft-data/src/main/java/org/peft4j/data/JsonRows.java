package org.peft4j.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Rows of JSON, one a line. Blank lines are passed over. */
final class JsonRows implements RowReader {
    private static final String REMEDY =
            "Every line of a JSONL file is one JSON object, as {\"prompt\": \"...\", \"completion\": \"...\"}.";

    private final String source;
    private final LineReader lines;
    private final ObjectMapper json = mapper();
    private DataFormat format;

    JsonRows(String source, LineReader lines, DataFormat format) {
        this.source = source;
        this.lines = lines;
        this.format = format;
    }

    static ObjectMapper mapper() {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(LineReader.MAX_LINE_BYTES)
                        .maxNestingDepth(100)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    @Override
    public Optional<DataRow> next() throws IOException {
        for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
            if (!line.get().isBlank()) {
                return Optional.of(row(line.get()));
            }
        }
        return Optional.empty();
    }

    private DataRow row(String line) {
        Origin at = Origin.line(source, lines.line());
        Map<String, Object> fields = fields(parse(line, at), at);
        format = format == DataFormat.AUTO ? RowShape.detect(fields, at) : format;
        return RowShape.row(format, fields, at);
    }

    private Object parse(String line, Origin at) {
        try {
            return json.readValue(line, Object.class);
        } catch (JsonProcessingException e) {
            throw DataProblems.row(
                    at,
                    "not JSON: " + reason(e) + column(e) + "; the line starts " + DataProblems.excerpt(line.strip()),
                    REMEDY);
        }
    }

    static Map<String, Object> fields(Object value, Origin at) {
        if (!(value instanceof Map<?, ?> map)) {
            throw DataProblems.row(at, "a row is an object, not " + RowShape.describe(value), REMEDY);
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((k, v) -> fields.put(String.valueOf(k), v));
        return fields;
    }

    /** The parser's first sentence; what follows speaks of its own classes. */
    static String reason(JsonProcessingException e) {
        String first = e.getOriginalMessage().lines().findFirst().orElse("");
        int internals = first.replace(": enable `", " (for ").indexOf(" (for ");
        return DataProblems.visible(internals > 0 ? first.substring(0, internals) : first);
    }

    private static String column(JsonProcessingException e) {
        JsonLocation where = e.getLocation();
        return where == null ? "" : " at column " + where.getColumnNr();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
