package org.peft4j.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.peft4j.api.PeftException;

/** Reading of JSON files a user may have damaged. */
final class Json {
    /** Python's order of strings (by code point, which UTF-8's byte order equals); Java's own is by UTF-16 unit. */
    static final Comparator<String> CODE_POINT_ORDER = (a, b) -> {
        int n = Math.min(a.length(), b.length());
        for (int i = 0; i < n; i++) {
            if (a.charAt(i) != b.charAt(i)) {
                // Where the first difference is within a surrogate pair, both share the high half or one isn't a pair.
                return Integer.compare(codePointKey(a.charAt(i)), codePointKey(b.charAt(i)));
            }
        }
        return Integer.compare(a.length(), b.length());
    };

    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Python writes NaN and Infinity
            .build();

    private static final long MAX_BYTES = 128L << 20;

    private Json() {}

    private static int codePointKey(char unit) {
        return Character.isSurrogate(unit) ? unit + 0x10000 : unit; // surrogates stand for the highest code points
    }

    /** Reads a file that must be one JSON object; {@code bad-json} or {@code unreadable-file} otherwise. */
    static JsonNode object(Path file) {
        try {
            if (!Files.isRegularFile(file) && Files.exists(file)) { // a device has no end
                throw new IOException("it isn't a regular file");
            }
            if (Files.exists(file) && Files.size(file) > MAX_BYTES) {
                throw PeftException.of(
                        "bad-json",
                        file + " is larger than " + (MAX_BYTES >> 20) + " MB.",
                        "Such a file is small; check where it came from.");
            }
            return object(file, Files.readAllBytes(file));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** The object that these bytes of a file are. */
    static JsonNode object(Path file, byte[] bytes) {
        JsonNode node;
        try {
            node = MAPPER.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw notJson(file, e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        if (node == null || !node.isObject()) {
            throw PeftException.of(
                    "bad-json", file + " isn't a JSON object.", "Download the file again or correct it by hand.");
        }
        return node;
    }

    static PeftException notJson(Path file, JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : ", line " + e.getLocation().getLineNr() + " column "
                        + e.getLocation().getColumnNr();
        return PeftException.of(
                "bad-json",
                file + where + ": not valid JSON: "
                        + e.getOriginalMessage().replaceFirst("(?s) \\(start marker at .*", ""),
                "Download the file again or correct it by hand.",
                e);
    }

    static PeftException unreadable(Path file, IOException e) {
        return PeftException.of(
                "unreadable-file",
                "Can't read " + file + ": " + e.getClass().getSimpleName() + ": " + e.getMessage(),
                "Check that the file exists and that you may read it.",
                e);
    }
}
