package org.peft4j.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.peft4j.api.PeftException;

/** The vocabulary and the post-processor in a tokenizer.json; read as a stream, for such files reach tens of megabytes. */
final class TokenizerFile {
    private static final int MAX_ID = 1 << 24;
    private static final JsonMapper LENIENT = new JsonMapper(); // vocabularies may hold a key twice

    private final Path file;
    private final int maxId;
    private final Map<String, Integer> ids = new HashMap<>();
    private String[] tokens = new String[0];
    private int size;
    private JsonNode postProcessor = MissingNode.getInstance();

    private TokenizerFile(Path file, long bytes) {
        this.file = file;
        this.maxId = (int) Math.min(MAX_ID, bytes); // an id takes more than a byte there, and memory here
    }

    static TokenizerFile read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return read(file, in, Files.size(file));
        } catch (IOException e) {
            throw Json.unreadable(file, e);
        }
    }

    /** Reads {@code bytes} bytes that are said to be of this file. */
    static TokenizerFile read(Path file, InputStream in, long bytes) {
        TokenizerFile tokenizer = new TokenizerFile(file, bytes);
        try (JsonParser parser = LENIENT.createParser(in)) {
            tokenizer.parse(parser);
        } catch (JsonProcessingException e) {
            throw Json.notJson(file, e);
        } catch (IOException e) {
            throw Json.unreadable(file, e);
        }
        if (tokenizer.tokens.length == 0) {
            throw tokenizer.bad("it has no vocabulary");
        }
        return tokenizer;
    }

    private void parse(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw bad("it isn't a JSON object");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case "added_tokens" -> addedTokens(parser.readValueAsTree());
                case "post_processor" -> postProcessor = parser.readValueAsTree();
                case "model" -> model(parser);
                default -> parser.skipChildren();
            }
        }
    }

    private void addedTokens(JsonNode list) {
        for (JsonNode token : list) {
            put(token.path("content").asText(), token.path("id").asInt(-1));
        }
    }

    private void model(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw bad("its model isn't an object");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            if (key.equals("vocab") && value == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String token = parser.currentName();
                    parser.nextToken();
                    put(token, parser.getValueAsInt(-1));
                }
            } else if (key.equals("vocab") && value == JsonToken.START_ARRAY) {
                for (int id = 0; parser.nextToken() == JsonToken.START_ARRAY; id++) {
                    put(parser.nextTextValue(), id);
                    parser.nextToken();
                    parser.nextToken();
                }
            } else {
                parser.skipChildren();
            }
        }
    }

    private void put(String token, int id) {
        if (token == null || id < 0 || id > maxId) {
            throw bad("the token \"" + token + "\" has no proper id");
        }
        if (id >= tokens.length) {
            int length = tokens.length;
            tokens = Arrays.copyOf(tokens, Math.max(id + 1, Math.min(2 * length, maxId + 1)));
            Arrays.fill(tokens, length, tokens.length, "");
        }
        tokens[id] = token;
        ids.put(token, id);
        size = Math.max(size, id + 1);
    }

    /** Highest id plus one. */
    int size() {
        return size;
    }

    /** Text of a token, or empty if no token has this id. */
    String token(int id) {
        return id >= 0 && id < size ? tokens[id] : "";
    }

    /** Id of a token, or -1. */
    int id(String token) {
        return ids.getOrDefault(token, -1);
    }

    /** Whether the post-processor puts this token in front of a text. */
    boolean startsWith(String token) {
        return startsWith(postProcessor, token);
    }

    private static boolean startsWith(JsonNode processor, String token) {
        String type = processor.path("type").asText("");
        if (type.equals("Sequence")) {
            for (JsonNode inner : processor.path("processors")) {
                if (startsWith(inner, token)) {
                    return true;
                }
            }
            return false;
        }
        if (type.equals("TemplateProcessing")) {
            return processor
                    .path("single")
                    .path(0)
                    .path("SpecialToken")
                    .path("id")
                    .asText("")
                    .equals(token);
        }
        return processor.path("cls").path(0).asText("").equals(token); // RobertaProcessing, BertProcessing
    }

    private PeftException bad(String why) {
        return PeftException.of(
                "bad-tokenizer", file + " isn't a usable tokenizer: " + why + ".", "Download the file again.");
    }
}
