package org.peft4j.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.peft4j.api.PeftException;

/** A file of one JSON value a line. */
final class JsonLines {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonLines() {}

    /**
     * A line.
     *
     * @param at file and number
     * @param value what stands there
     */
    record Line(String at, JsonNode value) {
        /** The line's text: the value itself, or its {@code text} or {@code prompt}. */
        String text() {
            JsonNode found = value.isTextual() ? value : value.has("prompt") ? value.get("prompt") : value.get("text");
            if (found == null || !found.isTextual()) {
                throw PeftException.of(
                        "data-row",
                        at + ": neither a JSON text nor an object with a text under 'prompt' or 'text'.",
                        "Write for example {\"prompt\": \"Once upon a time\"}.");
            }
            return found.textValue();
        }
    }

    /**
     * Reads a file; blank lines are left out.
     *
     * @throws PeftException naming the line that isn't JSON
     */
    static List<Line> read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw PeftException.of(
                    "data-file",
                    file + ": there is no such file.",
                    "Check the path; it is relative to " + Path.of("").toAbsolutePath() + ".");
        }
        List<Line> lines = new ArrayList<>();
        try {
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                if (!line.isBlank()) {
                    lines.add(new Line(file + " line " + number, parse(line, file + " line " + number)));
                }
            }
        } catch (CharacterCodingException e) {
            throw PeftException.of("data-file", file + " is not text in UTF-8.", "Save it as UTF-8.", e);
        } catch (IOException e) {
            throw PeftException.of(
                    "data-file", file + " can't be read: " + e.getMessage(), "Check the file's permissions.", e);
        }
        if (lines.isEmpty()) {
            throw PeftException.of("data-file", file + " is empty.", "Write at least one row into it.");
        }
        return lines;
    }

    private static JsonNode parse(String line, String at) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw PeftException.of(
                    "data-row",
                    at + ": not JSON: " + e.getOriginalMessage() + ".",
                    "Every line is one JSON value, for example {\"prompt\": \"Once upon a time\"}.",
                    e);
        }
    }
}
