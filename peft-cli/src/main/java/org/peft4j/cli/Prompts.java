package org.peft4j.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
            int[] all = Arrays.copyOf(tokens, tokens.length + ids.length);
            System.arraycopy(ids, 0, all, tokens.length, ids.length);
            String head = tokenizer.decode(tokens);
            String whole = tokenizer.decode(all);
            return whole.startsWith(head) ? whole.substring(head.length()) : tokenizer.decode(ids);
        }
    }

    /** The ids of a text as the model was trained to see them: with the begin token where it wants one. */
    static int[] encode(TextTokenizer tokenizer, String text) {
        return withBos(tokenizer, tokenizer.encode(text));
    }

    private static int[] withBos(TextTokenizer tokenizer, int[] ids) {
        boolean there = ids.length > 0 && ids[0] == tokenizer.bosId();
        if (!tokenizer.addsBos() || tokenizer.bosId() < 0 || there) {
            return ids;
        }
        int[] all = new int[ids.length + 1];
        all[0] = tokenizer.bosId();
        System.arraycopy(ids, 0, all, 1, ids.length);
        return all;
    }

    static Prompt of(TextTokenizer tokenizer, String text, boolean chat) {
        String whole = chat ? ChatText.prompt(Tokenizing.of(tokenizer), List.of(new ChatMessage("user", text))) : text;
        return new Prompt(text, encode(tokenizer, whole), Map.of());
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

    private static Map<String, Object> fields(JsonNode value) {
        return value.isObject() ? JSON.convertValue(value, new TypeReference<Map<String, Object>>() {}) : Map.of();
    }
}
