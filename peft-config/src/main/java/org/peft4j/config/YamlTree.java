package org.peft4j.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.peft4j.api.PeftException;

/** Builds nodes from YAML's token stream. Nothing is ever constructed from a tag, and nothing can multiply by an alias. */
final class YamlTree {
    static final int MAX_DEPTH = 64;

    private static final Pattern PLACE = Pattern.compile("(?m)^ in .*, line (\\d{1,7}), column (\\d{1,7})");

    private final String source;
    private final boolean hasLines;
    private final List<String> lines;
    private final YAMLParser parser;
    private int lastLine = -1;
    private int lastColumn;
    private int lastOffset;

    private YamlTree(String source, boolean hasLines, String text) throws IOException {
        this.source = source;
        this.hasLines = hasLines;
        this.lines = text.lines().toList();
        this.parser = new YAMLFactory().createParser(text);
    }

    /**
     * Reads one document.
     *
     * @param hasLines whether lines mean anything to the user, as they don't in a value on the command line
     */
    static ConfigNode parse(String text, String source, boolean hasLines) {
        try {
            return new YamlTree(source, hasLines, text).document();
        } catch (JsonProcessingException e) {
            throw syntax(hasLines ? place(e, source) : Position.in(source), "not YAML: " + reason(e));
        } catch (IOException e) {
            throw syntax(Position.in(source), "not YAML: " + e.getMessage());
        }
    }

    /** The exception's own location is that of the construct around; the offending place is the last its message names. */
    private static Position place(JsonProcessingException e, String source) {
        JsonLocation around = e.getLocation();
        Position place = around == null || around.getLineNr() < 1
                ? Position.in(source)
                : new Position(source, around.getLineNr(), around.getColumnNr());
        Matcher named = PLACE.matcher(e.getOriginalMessage());
        while (named.find()) {
            place = new Position(source, Integer.parseInt(named.group(1)), Integer.parseInt(named.group(2)));
        }
        return place;
    }

    /** The parser's sentences without its excerpts of the file, which are indented. */
    private static String reason(JsonProcessingException e) {
        return e.getOriginalMessage()
                .lines()
                .filter(l -> !l.isBlank() && !l.startsWith(" "))
                .collect(Collectors.joining(": "));
    }

    private ConfigNode document() throws IOException {
        try (parser) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return new ConfigNode.Scalar("", ConfigNode.Kind.EMPTY, hasLines ? start() : Position.in(source));
            }
            ConfigNode root = node(first, 1);
            if (parser.nextToken() != null) {
                throw syntax(position(), "a second document starts here; only one is read");
            }
            return root;
        }
    }

    private ConfigNode node(JsonToken token, int depth) throws IOException {
        Position at = position();
        if (parser.isCurrentAlias() || parser.getObjectId() != null) {
            throw anchored(at);
        }
        if (parser.getTypeId() != null) {
            throw syntax(at, "tags (!name) are not read; quote the value if it starts with '!'");
        }
        if (depth > MAX_DEPTH) {
            throw syntax(at, "nested deeper than " + MAX_DEPTH + " levels");
        }
        return switch (token) {
            case START_OBJECT -> entries(at, depth);
            case START_ARRAY -> items(at, depth);
            default -> scalar(token, at);
        };
    }

    private ConfigNode items(Position at, int depth) throws IOException {
        List<ConfigNode> items = new ArrayList<>();
        for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
            items.add(node(t, depth + 1));
        }
        return new ConfigNode.Items(items, at);
    }

    private ConfigNode entries(Position at, int depth) throws IOException {
        Map<String, ConfigNode.Entry> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            Position keyAt = position();
            if (parser.getObjectId() != null || parser.isCurrentAlias()) {
                throw anchored(keyAt);
            }
            ConfigNode.Entry earlier = entries.get(key);
            if (earlier != null) {
                throw syntax(
                        keyAt,
                        "the key '" + key + "' is given twice, first in line "
                                + earlier.keyAt().line());
            }
            entries.put(key, new ConfigNode.Entry(keyAt, node(parser.nextToken(), depth + 1)));
        }
        return new ConfigNode.Entries(entries, at);
    }

    private ConfigNode.Scalar scalar(JsonToken token, Position at) throws IOException {
        String text = parser.getText();
        int first = firstCharacter();
        if (first == '&') {
            throw anchored(at);
        }
        if (token == JsonToken.VALUE_NULL) {
            return new ConfigNode.Scalar("", ConfigNode.Kind.EMPTY, at);
        }
        boolean quoted = first >= 0 && "'\"|>".indexOf(first) >= 0;
        return new ConfigNode.Scalar(text, quoted ? ConfigNode.Kind.TEXT : kind(text), at);
    }

    private static ConfigNode.Kind kind(String text) {
        return switch (text) {
            case "true", "True", "TRUE", "false", "False", "FALSE" -> ConfigNode.Kind.BOOLEAN;
            case "", "~", "null", "Null", "NULL" -> ConfigNode.Kind.EMPTY;
            default -> Numbers.isNumber(text) ? ConfigNode.Kind.NUMBER : ConfigNode.Kind.TEXT;
        };
    }

    /** The token stream doesn't tell '5' from 5, the token's first character in the file does. */
    private int firstCharacter() {
        JsonLocation where = parser.currentTokenLocation();
        int line = where.getLineNr() - 1;
        String text = line < 0 || line >= lines.size() ? "" : lines.get(line);
        int column = where.getColumnNr() - 1;
        if (column < 0) {
            return -1;
        }
        if (line != lastLine || column < lastColumn) {
            lastLine = line;
            lastColumn = 0;
            lastOffset = 0;
        }
        // On from the token before: a line of a megabyte may have a hundred thousand of them.
        while (lastColumn < column && lastOffset < text.length()) {
            lastOffset += Character.charCount(text.codePointAt(lastOffset));
            lastColumn++;
        }
        return lastOffset >= text.length() ? -1 : text.codePointAt(lastOffset);
    }

    private Position start() {
        return new Position(source, 1, 1);
    }

    private Position position() {
        JsonLocation where = parser.currentTokenLocation();
        return hasLines
                ? new Position(source, Math.max(1, where.getLineNr()), Math.max(1, where.getColumnNr()))
                : Position.in(source);
    }

    private static PeftException anchored(Position at) {
        return syntax(at, "anchors (&name) and aliases (*name) are not read; write the value out, or quote it");
    }

    private static PeftException syntax(Position at, String what) {
        return PeftException.of(
                "config-syntax",
                at + ": " + what + ".",
                "Configuration is plain YAML: 'key: value', nested by spaces.");
    }
}
