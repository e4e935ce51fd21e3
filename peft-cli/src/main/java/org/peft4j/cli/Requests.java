package org.peft4j.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.TextTokenizer;
import org.peft4j.config.NearestName;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.BatchGenerator;
import org.peft4j.model.Sampling;
import org.peft4j.model.WeightedAdapter;

/** A file of prompts, each continued by an adapter of its own; the rows of a batch share the base's products. */
final class Requests {
    /** How many are continued at once. */
    private static final int TOGETHER = 32;

    private final Action action;
    private final ModelOptions.Loaded loaded;
    private final boolean chat;
    private final Map<String, AdaptedModel> models = new TreeMap<>();

    /** One row, understood. */
    private record Row(String adapter, Prompts.Prompt prompt, AdaptedModel model) {}

    Requests(Action action, ModelOptions.Loaded loaded, boolean chat) {
        this.action = action;
        this.loaded = loaded;
        this.chat = chat;
        for (WeightedAdapter w : loaded.adapters()) {
            models.put(w.adapter().name(), AdaptedModel.weighted(loaded.owner().base(), List.of(w)));
        }
    }

    /** Prints one JSON object a request, in the file's order, batch by batch. */
    void run(Path file, int limit, Sampling sampling) {
        List<Row> rows = read(file, limit);
        TextTokenizer tokenizer = loaded.checkpoint().tokenizer();
        BatchGenerator generator = new BatchGenerator(sampling, tokenizer.eosIds());
        for (int from = 0; from < rows.size(); from += TOGETHER) {
            List<Row> some = rows.subList(from, Math.min(rows.size(), from + TOGETHER));
            List<int[]> made = generator.generate(
                    some.stream()
                            .map(r -> new BatchGenerator.Request(r.model, r.prompt.tokens()))
                            .toList(),
                    (index, id) -> {});
            for (int i = 0; i < made.size(); i++) {
                print(from + i, some.get(i), made.get(i), tokenizer);
            }
        }
    }

    private List<Row> read(Path file, int limit) {
        List<JsonLines.Line> lines = JsonLines.read(file);
        List<Row> rows = new ArrayList<>();
        AdaptedModel plain = AdaptedModel.of(loaded.owner().base());
        TextTokenizer tokenizer = loaded.checkpoint().tokenizer();
        for (JsonLines.Line line : limit > 0 && limit < lines.size() ? lines.subList(0, limit) : lines) {
            JsonNode named = line.value().get("adapter");
            boolean none = named == null || named.isNull();
            if (!none && !named.isTextual()) {
                throw PeftException.of(
                        "data-row",
                        line.at() + ": 'adapter' is " + named + ", not a name.",
                        "Write a name that --adapter NAME=DIR gives, or null for the plain base.");
            }
            String name = none ? null : named.textValue();
            Prompts.Prompt prompt = Prompts.of(tokenizer, line.text(), chat);
            AdaptedModel model = none ? plain : model(name, line.at());
            int room = model.room();
            if (prompt.tokens().length == 0 || prompt.tokens().length >= room) {
                throw PeftException.of(
                        "context-exceeded",
                        line.at() + ": the prompt has " + prompt.tokens().length
                                + " tokens; the model's context has room for 1 to " + (room - 1) + ".",
                        "Give a prompt of at least one token, or a shorter one.");
            }
            rows.add(new Row(name, prompt, model));
        }
        return rows;
    }

    private AdaptedModel model(String name, String at) {
        AdaptedModel found = models.get(name);
        if (found == null) {
            List<String> names = List.copyOf(models.keySet());
            throw PeftException.of(
                    "unknown-adapter",
                    at + ": there is no adapter '" + name + "'" + NearestName.question(name, names),
                    names.isEmpty()
                            ? "Give it by --adapter " + name + "=DIR."
                            : "Given by --adapter: " + String.join(", ", names) + ".");
        }
        return found;
    }

    private void print(int index, Row row, int[] made, TextTokenizer tokenizer) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("index", index);
        line.put("adapter", row.adapter);
        line.put("prompt", row.prompt.text());
        line.put("completion", row.prompt.continuation(tokenizer, made));
        line.put("prompt_ids", row.prompt.tokens());
        line.put("generated_ids", made);
        action.printJson(line);
    }
}
