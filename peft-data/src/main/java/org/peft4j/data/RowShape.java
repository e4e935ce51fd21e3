package org.peft4j.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.peft4j.checkpoint.ChatMessage;

/** Makes texts of a row's fields. */
final class RowShape {
    private static final String ALPACA = "Below is an instruction that describes a task";
    private static final String FORMS = "Known forms are: prompt and completion; instruction, input and output; "
            + "messages of role and content; text.";

    private RowShape() {}

    /** The layout that a first row shows. */
    static DataFormat detect(Map<String, Object> fields, Origin at) {
        if (fields.containsKey("prompt") && fields.containsKey("completion")) {
            return DataFormat.PROMPT_COMPLETION;
        }
        if (fields.containsKey("messages")) {
            return DataFormat.MESSAGES;
        }
        if (fields.containsKey("instruction") && fields.containsKey("output")) {
            return DataFormat.ALPACA;
        }
        if (fields.containsKey("text")) {
            return DataFormat.TEXT;
        }
        throw DataProblems.row(at, "no known form of data; it has " + names(fields), FORMS);
    }

    static DataRow row(DataFormat format, Map<String, Object> fields, Origin at) {
        RowText text = switch (format) {
            case PROMPT_COMPLETION ->
                new RowText.Completion(text(fields, "prompt", at), text(fields, "completion", at));
            case ALPACA -> alpaca(fields, at);
            case MESSAGES -> new RowText.Chat(messages(fields, at));
            case TEXT -> new RowText.Plain(text(fields, "text", at));
            case AUTO, PLAIN_TEXT -> throw new IllegalArgumentException(format + " is no form of JSON rows");
        };
        return new DataRow(text, at, fields);
    }

    /** Stanford Alpaca's prompts. */
    private static RowText alpaca(Map<String, Object> fields, Origin at) {
        String instruction = text(fields, "instruction", at);
        String input = fields.get("input") == null ? "" : text(fields, "input", at);
        String prompt = input.isBlank()
                ? ALPACA + ". Write a response that appropriately completes the request.\n\n### Instruction:\n"
                        + instruction + "\n\n### Response:\n"
                : ALPACA + ", paired with an input that provides further context. "
                        + "Write a response that appropriately completes the request.\n\n### Instruction:\n"
                        + instruction + "\n\n### Input:\n" + input + "\n\n### Response:\n";
        return new RowText.Completion(prompt, text(fields, "output", at));
    }

    private static List<ChatMessage> messages(Map<String, Object> fields, Origin at) {
        Object value = field(fields, "messages", at);
        if (!(value instanceof List<?> list)) {
            throw DataProblems.row(at, "'messages' is " + describe(value) + ", not a list", FORMS);
        }
        List<ChatMessage> messages = new ArrayList<>();
        for (Object item : list) {
            String which = "message " + (messages.size() + 1);
            if (!(item instanceof Map<?, ?> message)) {
                throw DataProblems.row(at, which + " is " + describe(item) + ", not an object", FORMS);
            }
            messages.add(new ChatMessage(part(message, "role", which, at), part(message, "content", which, at)));
        }
        if (messages.stream().noneMatch(ChatText::isAnswer)) {
            throw DataProblems.row(
                    at,
                    "no message has the role 'assistant', so there is nothing to learn",
                    "Add the assistant's answer, or take the row out.");
        }
        return messages;
    }

    private static String part(Map<?, ?> message, String name, String which, Origin at) {
        Object value = message.get(name);
        if (!(value instanceof String text)) {
            String found = message.containsKey(name)
                    ? "has a '" + name + "' that is " + describe(value)
                    : "has no '" + name + "'";
            throw DataProblems.row(at, which + " " + found, "Every message has a role and a content, both text.");
        }
        if (name.equals("role") && text.isBlank()) {
            throw DataProblems.row(at, which + " has an empty role", "Roles are system, user and assistant.");
        }
        return text;
    }

    private static String text(Map<String, Object> fields, String name, Origin at) {
        Object value = field(fields, name, at);
        if (value instanceof String text) {
            return text;
        }
        throw DataProblems.row(at, "'" + name + "' is " + describe(value) + ", not text", "Write it in quotes.");
    }

    private static Object field(Map<String, Object> fields, String name, Origin at) {
        if (!fields.containsKey(name)) {
            throw DataProblems.row(
                    at, "no field '" + name + "'; it has " + names(fields), "Every row has the form of the first.");
        }
        return fields.get(name);
    }

    private static String names(Map<String, Object> fields) {
        return fields.isEmpty() ? "no fields" : DataProblems.visible(String.join(", ", fields.keySet()));
    }

    static String describe(Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof String text) {
            return "the text " + DataProblems.excerpt(text);
        }
        if (value instanceof Number || value instanceof Boolean) {
            return (value instanceof Number ? "the number " : "") + value;
        }
        return value instanceof List<?> ? "a list" : "an object";
    }
}
