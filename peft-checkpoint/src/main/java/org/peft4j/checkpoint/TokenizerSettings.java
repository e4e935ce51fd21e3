package org.peft4j.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.peft4j.api.PeftException;

/** What the files beside tokenizer.json say: special tokens, whether a BOS is added, the chat template. */
final class TokenizerSettings {
    private static final List<String> SPECIAL = List.of("bos_token", "eos_token", "unk_token", "pad_token");

    private final Path directory;
    private final JsonNode config;
    private final JsonNode specialTokens;
    private final JsonNode generation;
    private final JsonNode model;

    TokenizerSettings(Path directory) {
        this(
                directory,
                optional(directory, "tokenizer_config.json"),
                optional(directory, "special_tokens_map.json"),
                optional(directory, "generation_config.json"),
                optional(directory, "config.json"));
    }

    TokenizerSettings(Path directory, JsonNode config, JsonNode specialTokens, JsonNode generation, JsonNode model) {
        this.directory = directory;
        this.config = config;
        this.specialTokens = specialTokens;
        this.generation = generation;
        this.model = model;
    }

    private static JsonNode optional(Path directory, String name) {
        Path file = directory.resolve(name);
        return Files.exists(file) ? Json.object(file) : MissingNode.getInstance();
    }

    /** The special tokens that have a text, by their names in templates. */
    Map<String, String> specialTokens() {
        Map<String, String> tokens = new LinkedHashMap<>();
        for (String name : SPECIAL) {
            JsonNode node = config.has(name) ? config.path(name) : specialTokens.path(name);
            String text =
                    node.isTextual() ? node.textValue() : node.path("content").asText("");
            if (!text.isEmpty()) {
                tokens.put(name, text);
            }
        }
        return tokens;
    }

    int bosId(TokenizerFile vocabulary) {
        String token = specialTokens().getOrDefault("bos_token", "");
        if (!token.isEmpty()) {
            return vocabulary.id(token);
        }
        if (config.has("bos_token")) { // null there: this tokenizer has none, whatever config.json says
            return -1;
        }
        List<Integer> ids = ModelConfigReader.tokenIds(model, "bos_token_id", directory.resolve("config.json"));
        return ids.isEmpty() ? -1 : ids.get(0);
    }

    Set<Integer> eosIds(TokenizerFile vocabulary) {
        Set<Integer> ids = new LinkedHashSet<>(
                ModelConfigReader.tokenIds(generation, "eos_token_id", directory.resolve("generation_config.json")));
        ids.addAll(ModelConfigReader.tokenIds(model, "eos_token_id", directory.resolve("config.json")));
        int own = vocabulary.id(specialTokens().getOrDefault("eos_token", ""));
        if (own >= 0) {
            ids.add(own);
        }
        return ids;
    }

    boolean addsBos(TokenizerFile vocabulary) {
        String bos = specialTokens().getOrDefault("bos_token", "");
        if (bos.isEmpty() || bosId(vocabulary) < 0) {
            return false;
        }
        if (config.path("add_bos_token").isBoolean()) {
            return config.path("add_bos_token").booleanValue();
        }
        boolean sentencePiece = config.path("tokenizer_class").asText("").matches("(Code)?LlamaTokenizer(Fast)?");
        return vocabulary.startsWith(bos) || sentencePiece; // those classes add it themselves
    }

    Optional<ChatTemplate> chatTemplate() {
        Path file = directory.resolve("chat_template.jinja");
        if (Files.exists(file)) {
            try {
                return Optional.of(ChatTemplate.parse(Files.readString(file, StandardCharsets.UTF_8), file.toString()));
            } catch (IOException e) {
                throw Json.unreadable(file, e);
            }
        }
        JsonNode template = config.path("chat_template");
        String origin = directory.resolve("tokenizer_config.json").toString();
        if (template.isTextual()) {
            return Optional.of(ChatTemplate.parse(template.textValue(), origin));
        }
        if (!template.isArray() || template.isEmpty()) {
            return Optional.empty();
        }
        for (JsonNode named : template) {
            if (named.path("name").asText("").equals("default")) {
                return Optional.of(ChatTemplate.parse(named.path("template").asText(""), origin));
            }
        }
        throw PeftException.of(
                "bad-chat-template",
                "None of the chat templates in " + origin + " is called \"default\".",
                "Name one of them \"default\".");
    }
}
