package org.peft4j.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.ChatMessage;
import org.peft4j.checkpoint.TextTokenizer;
import org.peft4j.data.ChatText;
import org.peft4j.data.DataFile;
import org.peft4j.data.DataSettings;
import org.peft4j.data.Dataset;
import org.peft4j.data.Example;
import org.peft4j.data.Tokenizing;

/** Turns what the user asks into token sequences that a model continues. */
final class Prompts {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Prompts() {}

    /**
     * Something to continue.
     *
     * @param text as it is shown
     * @param tokens with the begin token, where the model wants one
     * @param fields what else its row holds
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Prompt(String text, int[] tokens, Map<String, Object> fields) {
        /** The text of what follows it; a text by itself would lose the blank it starts with. */
        String continuation(TextTokenizer tokenizer, int[] ids) {
            return tokenizer.continuation(tokens, ids);
        }
    }

    static Prompt of(TextTokenizer tokenizer, String text, boolean chat) {
        String whole = chat ? ChatText.prompt(Tokenizing.of(tokenizer), List.of(new ChatMessage("user", text))) : text;
        return new Prompt(text, tokenizer.encodeFromBegin(whole), Map.of());
    }

    /**
     * The rows of a file. One with completions is read as training reads it and cut before what is to be predicted.
     *
     * @param room the most tokens a sequence may have
     */
    static List<Prompt> read(TextTokenizer tokenizer, Path file, boolean chat, int room) {
        List<JsonLines.Line> lines = JsonLines.read(file);
        JsonNode first = lines.get(0).value();
        List<Prompt> prompts = new ArrayList<>();
        if (first.has("messages") && !messages(lines.get(0)).isEmpty() && !answered(lines.get(0))) {
            for (JsonLines.Line line : lines) {
                String text = ChatText.prompt(Tokenizing.of(tokenizer), messages(line));
                prompts.add(new Prompt(text, tokenizer.encodeFromBegin(text), fields(line.value())));
            }
            return prompts;
        }
        if (first.has("completion") || first.has("output") || first.has("messages")) {
            Dataset data = Dataset.read(DataFile.of(file), Tokenizing.of(tokenizer), DataSettings.upTo(room));
            for (Example e : data.examples()) {
                int[] tokens = e.promptTokens();
                prompts.add(new Prompt(tokenizer.decode(tokens), tokens, e.row().fields()));
            }
            return prompts;
        }
        for (JsonLines.Line line : lines) {
            Prompt plain = of(tokenizer, line.text(), chat);
            prompts.add(new Prompt(plain.text(), plain.tokens(), fields(line.value())));
        }
        return prompts;
    }

    /** Whether a conversation has an answer already: a row to learn from. */
    private static boolean answered(JsonLines.Line line) {
        List<ChatMessage> messages = messages(line);
        return messages.get(messages.size() - 1).role().equalsIgnoreCase("assistant");
    }

    private static List<ChatMessage> messages(JsonLines.Line line) {
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : line.value().path("messages")) {
            JsonNode role = message.path("role");
            JsonNode content = message.path("content");
            if (!role.isTextual() || !content.isTextual()) {
                throw PeftException.of(
                        "data-row",
                        line.at() + ": message " + (messages.size() + 1) + " lacks a role or a content that is text.",
                        "Write {\"messages\": [{\"role\": \"user\", \"content\": \"...\"}]}.");
            }
            messages.add(new ChatMessage(role.textValue(), content.textValue()));
        }
        return messages;
    }

    private static Map<String, Object> fields(JsonNode value) {
        return value.isObject() ? JSON.convertValue(value, new TypeReference<Map<String, Object>>() {}) : Map.of();
    }
}
