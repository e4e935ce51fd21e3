package org.peft4j.embedded;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Writes JSON: maps, lists, texts, numbers, booleans and null, on one line or indented by two blanks. */
final class JsonText {
    private final StringBuilder out = new StringBuilder();
    private final boolean indented;

    private JsonText(boolean indented) {
        this.indented = indented;
    }

    static String line(Object value) {
        JsonText json = new JsonText(false);
        json.value(value, 0);
        return json.out.toString();
    }

    static String indented(Object value) {
        JsonText json = new JsonText(true);
        json.value(value, 0);
        return json.out.append('\n').toString();
    }

    private void value(Object value, int depth) {
        if (value instanceof Map<?, ?> map) {
            members(map.entrySet().iterator(), '{', '}', depth);
        } else if (value instanceof List<?> list) {
            members(list.iterator(), '[', ']', depth);
        } else if (value instanceof String text) {
            text(text);
        } else {
            out.append(value);
        }
    }

    private void members(Iterator<?> members, char open, char close, int depth) {
        out.append(open);
        boolean any = members.hasNext();
        while (members.hasNext()) {
            newLine(depth + 1);
            Object member = members.next();
            if (member instanceof Map.Entry<?, ?> entry) {
                text(entry.getKey().toString());
                out.append(": ");
                value(entry.getValue(), depth + 1);
            } else {
                value(member, depth + 1);
            }
            if (members.hasNext()) {
                out.append(indented ? "," : ", ");
            }
        }
        if (any) {
            newLine(depth);
        }
        out.append(close);
    }

    private void newLine(int depth) {
        if (indented) {
            out.append('\n').append("  ".repeat(depth));
        }
    }

    private void text(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                default -> {
                    if (c < ' ') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
