package org.peft4j.embedded;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One item of the task: the fields of an event, and the text that announces it.
 *
 * @param fields name to value, in the order they are written in the prompt
 * @param completion the announcement, with the blank that parts it from the prompt
 */
public record TaskRow(Map<String, String> fields, String completion) {
    /** Keeps the order of the fields. */
    public TaskRow {
        fields = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** What the model is given: {@code event = ...; host = ...; ... =>}. */
    public String prompt() {
        StringBuilder prompt = new StringBuilder();
        fields.forEach((name, value) -> prompt.append(prompt.isEmpty() ? "" : "; ")
                .append(name)
                .append(" = ")
                .append(value));
        return prompt.append(" =>").toString();
    }

    /** The row as one line of JSONL: {@code prompt}, {@code completion} and {@code fields}. */
    public String json() {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("prompt", prompt());
        row.put("completion", completion);
        row.put("fields", fields);
        return JsonText.line(row);
    }
}
