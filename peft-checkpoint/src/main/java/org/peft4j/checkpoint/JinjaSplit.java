package org.peft4j.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Python's {@code str.split} and {@code str.rsplit}. */
final class JinjaSplit {
    private JinjaSplit() {}

    /** At {@code separator} if {@code separated}, else at runs of white space; at most {@code limit} times unless negative. */
    static List<Object> split(String text, String separator, boolean separated, int limit, boolean right) {
        if (!separated) {
            return atWhiteSpace(text, limit, right);
        }
        if (separator.isEmpty()) {
            throw new JinjaException("the separator of split is empty");
        }
        List<Object> parts = new ArrayList<>();
        String rest = text;
        while (limit < 0 || parts.size() < limit) {
            int at = right ? rest.lastIndexOf(separator) : rest.indexOf(separator);
            if (at < 0) {
                break;
            }
            String before = rest.substring(0, at);
            String after = rest.substring(at + separator.length());
            parts.add(right ? after : before);
            rest = right ? before : after;
        }
        parts.add(rest);
        if (right) {
            Collections.reverse(parts);
        }
        return parts;
    }

    private static List<Object> atWhiteSpace(String text, int limit, boolean right) {
        List<Object> parts = new ArrayList<>();
        String rest = JinjaStrings.strip(text, null, !right, right);
        while (!rest.isEmpty()) {
            int at = right ? lastSpace(rest) : firstSpace(rest);
            if (at < 0 || limit >= 0 && parts.size() == limit) {
                parts.add(JinjaStrings.strip(rest, null, right, !right));
                break;
            }
            parts.add(right ? rest.substring(at + 1) : rest.substring(0, at));
            rest = JinjaStrings.strip(right ? rest.substring(0, at) : rest.substring(at), null, !right, right);
        }
        if (right) {
            Collections.reverse(parts);
        }
        return parts;
    }

    private static int firstSpace(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isWhitespace(text.charAt(i)) || Character.isSpaceChar(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }

    private static int lastSpace(String text) {
        for (int i = text.length() - 1; i >= 0; i--) {
            if (Character.isWhitespace(text.charAt(i)) || Character.isSpaceChar(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }
}
