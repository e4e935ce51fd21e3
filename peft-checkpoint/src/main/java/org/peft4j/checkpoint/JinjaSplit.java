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
        int from = 0;
        int to = text.length();
        while (limit < 0 || parts.size() < limit) {
            int at = right ? text.lastIndexOf(separator, to - separator.length()) : text.indexOf(separator, from);
            if (at < from) {
                break;
            }
            if (right) {
                parts.add(text.substring(at + separator.length(), to));
                to = at;
            } else {
                parts.add(text.substring(from, at));
                from = at + separator.length();
            }
        }
        parts.add(text.substring(from, to));
        if (right) {
            Collections.reverse(parts);
        }
        return parts;
    }

    private static List<Object> atWhiteSpace(String text, int limit, boolean right) {
        return right ? fromTheRight(text, limit) : fromTheLeft(text, limit);
    }

    private static List<Object> fromTheLeft(String text, int limit) {
        List<Object> parts = new ArrayList<>();
        int at = 0;
        while (true) {
            while (at < text.length() && isSpace(text.charAt(at))) {
                at++;
            }
            if (at == text.length()) {
                return parts;
            }
            if (limit >= 0 && parts.size() == limit) {
                parts.add(JinjaStrings.strip(text.substring(at), null, false, true));
                return parts;
            }
            int start = at;
            while (at < text.length() && !isSpace(text.charAt(at))) {
                at++;
            }
            parts.add(text.substring(start, at));
        }
    }

    private static List<Object> fromTheRight(String text, int limit) {
        List<Object> parts = new ArrayList<>();
        int at = text.length();
        while (true) {
            while (at > 0 && isSpace(text.charAt(at - 1))) {
                at--;
            }
            if (at == 0) {
                break;
            }
            if (limit >= 0 && parts.size() == limit) {
                parts.add(JinjaStrings.strip(text.substring(0, at), null, true, false));
                break;
            }
            int end = at;
            while (at > 0 && !isSpace(text.charAt(at - 1))) {
                at--;
            }
            parts.add(text.substring(at, end));
        }
        Collections.reverse(parts);
        return parts;
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }
}
