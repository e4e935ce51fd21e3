package org.peft4j.embedded;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says whether a generated announcement carries the fields it was asked to: each value, letter by letter. */
public final class FieldCheck {
    private FieldCheck() {}

    /**
     * Reads the fields back from a prompt written by {@link TaskRow#prompt()}; pieces that are no field are passed over.
     *
     * @return name to value in the prompt's order; empty when the text is no such prompt
     */
    public static Map<String, String> fieldsOf(String prompt) {
        Map<String, String> fields = new LinkedHashMap<>();
        int arrow = prompt.lastIndexOf("=>");
        for (String piece : (arrow < 0 ? prompt : prompt.substring(0, arrow)).split(";")) {
            int equals = piece.indexOf('=');
            if (equals > 0) {
                fields.put(
                        piece.substring(0, equals).strip(),
                        piece.substring(equals + 1).strip());
            }
        }
        return fields;
    }

    /** The names of the fields whose value does not stand in {@code text} as a whole word or words. */
    public static List<String> missing(Map<String, String> fields, String text) {
        return fields.entrySet().stream()
                .filter(field -> !carries(text, field.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Whether {@code text} carries every field. */
    public static boolean complete(Map<String, String> fields, String text) {
        return missing(fields, text).isEmpty();
    }

    /** The share, 0 to 1, of texts that carry all fields of the prompt they answer; 0 when there are none. */
    public static double completeShare(Collection<Map.Entry<String, String>> promptsAndTexts) {
        return promptsAndTexts.stream()
                .mapToInt(pair -> complete(fieldsOf(pair.getKey()), pair.getValue()) ? 1 : 0)
                .average()
                .orElse(0);
    }

    /** "3 pounds" must not be found within "13 pounds", nor "Lee" within "Leeds". */
    private static boolean carries(String text, String value) {
        for (int at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
            int end = at + value.length();
            if ((at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1)))
                    && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)))) {
                return true;
            }
        }
        return false;
    }
}
