package org.peft4j.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** Python's strings: literals, and the methods that chat templates call. */
final class JinjaStrings {
    private static final String ESCAPES = "ntrbfav0\\'\"";
    private static final String ESCAPED = "\n\t\r\b\f\u0007\u000b\0\\'\"";

    private JinjaStrings() {}

    /** The text that a literal, quotes included, stands for. */
    static String unescape(String literal) {
        StringBuilder text = new StringBuilder();
        int end = literal.length() - 1;
        for (int i = 1; i < end; i++) {
            char c = literal.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char escape = literal.charAt(++i);
            int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : escape == 'U' ? 8 : 0;
            if (digits > 0) {
                text.appendCodePoint(hexadecimal(literal, i + 1, Math.min(i + 1 + digits, end)));
                i += digits;
            } else if (ESCAPES.indexOf(escape) >= 0) {
                text.append(ESCAPED.charAt(ESCAPES.indexOf(escape)));
            } else if (escape != '\n') {
                text.append('\\').append(escape);
            }
        }
        return text.toString();
    }

    private static int hexadecimal(String literal, int from, int to) {
        try {
            int codePoint = Integer.parseInt(literal.substring(from, to), 16);
            if (Character.isValidCodePoint(codePoint)) {
                return codePoint;
            }
        } catch (NumberFormatException e) {
            throw new JinjaException("the escape in " + literal + " isn't hexadecimal");
        }
        throw new JinjaException("the escape in " + literal + " is no character");
    }

    /** Python's {@code repr} of a string. */
    static String quote(String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder quoted = new StringBuilder().append(quote);
        text.codePoints().forEach(c -> {
            if (c == quote || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c == '\n' || c == '\r' || c == '\t') {
                quoted.append('\\').append(c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
            } else if (c < ' ' || c == 0x7f) {
                quoted.append(String.format("\\x%02x", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append(quote).toString();
    }

    /** A method of a string, or {@code Undefined} if there is none of this name. */
    static Object method(String text, String name) {
        return switch (name) {
            case "strip" -> callable((a, n) -> strip(text, argument(a, 0), true, true));
            case "lstrip" -> callable((a, n) -> strip(text, argument(a, 0), true, false));
            case "rstrip" -> callable((a, n) -> strip(text, argument(a, 0), false, true));
            case "upper" -> callable((a, n) -> text.toUpperCase(Locale.ROOT));
            case "lower" -> callable((a, n) -> text.toLowerCase(Locale.ROOT));
            case "capitalize" -> callable((a, n) -> capitalize(text));
            case "title" -> callable((a, n) -> title(text));
            case "startswith" -> callable((a, n) -> any(a.get(0), text::startsWith));
            case "endswith" -> callable((a, n) -> any(a.get(0), text::endsWith));
            case "split" -> callable((a, n) -> split(text, a, n, false));
            case "rsplit" -> callable((a, n) -> split(text, a, n, true));
            case "splitlines" ->
                callable((a, n) -> new ArrayList<Object>(text.lines().toList()));
            case "replace" ->
                callable((a, n) ->
                        replace(text, string(a.get(0)), string(a.get(1)), JinjaArithmetic.toInt(argument(a, 2), -1)));
            case "find" -> callable((a, n) -> position(text, text.indexOf(string(a.get(0)))));
            case "rfind" -> callable((a, n) -> position(text, text.lastIndexOf(string(a.get(0)))));
            case "count" -> callable((a, n) -> (long) count(text, string(a.get(0))));
            case "join" -> callable((a, n) -> join(text, JinjaValues.elements(a.get(0))));
            case "isdigit" ->
                callable((a, n) -> !text.isEmpty() && text.codePoints().allMatch(Character::isDigit));
            case "isalpha" ->
                callable((a, n) -> !text.isEmpty() && text.codePoints().allMatch(Character::isLetter));
            case "isspace" ->
                callable((a, n) -> !text.isEmpty() && text.codePoints().allMatch(JinjaStrings::isSpace));
            case "removeprefix" -> callable((a, n) -> without(text, string(a.get(0)), true));
            case "removesuffix" -> callable((a, n) -> without(text, string(a.get(0)), false));
            default -> new JinjaScope.Undefined(name);
        };
    }

    private static String without(String text, String affix, boolean prefix) {
        if (prefix) {
            return text.startsWith(affix) ? text.substring(affix.length()) : text;
        }
        return text.endsWith(affix) ? text.substring(0, text.length() - affix.length()) : text;
    }

    private static JinjaScope.Callable callable(JinjaScope.Callable callable) {
        return callable;
    }

    private static Object argument(List<Object> arguments, int index) {
        return index < arguments.size() ? arguments.get(index) : null;
    }

    static String string(Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw new JinjaException(JinjaValues.typeName(value) + " stands where a string is needed");
    }

    private static boolean any(Object argument, Predicate<String> test) {
        if (argument instanceof List<?> list) {
            return list.stream().anyMatch(part -> test.test(string(part)));
        }
        return test.test(string(argument));
    }

    private static Object position(String text, int index) {
        return index < 0 ? -1L : (long) text.codePointCount(0, index);
    }

    private static int count(String text, String part) {
        int count = 0;
        for (int i = text.indexOf(part); i >= 0 && !part.isEmpty(); i = text.indexOf(part, i + part.length())) {
            count++;
        }
        return part.isEmpty() ? text.codePointCount(0, text.length()) + 1 : count;
    }

    private static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    /** Without the characters of {@code set}, or white space if it is none, at the ends. */
    static String strip(String text, Object set, boolean left, boolean right) {
        String characters = set == null ? "" : string(set);
        int start = 0;
        int end = text.length();
        while (left && start < end && strippable(text.codePointAt(start), set, characters)) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && start < end && strippable(text.codePointBefore(end), set, characters)) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }

    private static boolean strippable(int c, Object set, String characters) {
        return set == null ? isSpace(c) : characters.indexOf(c) >= 0;
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return text.substring(0, first).toUpperCase(Locale.ROOT)
                + text.substring(first).toLowerCase(Locale.ROOT);
    }

    static String title(String text) {
        StringBuilder titled = new StringBuilder();
        boolean[] inWord = {false};
        text.codePoints().forEach(c -> {
            titled.appendCodePoint(inWord[0] ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inWord[0] = Character.isLetter(c);
        });
        return titled.toString();
    }

    private static List<Object> split(String text, List<Object> arguments, Map<String, Object> named, boolean right) {
        Object separator = arguments.isEmpty() ? named.get("sep") : arguments.get(0);
        Object limit = arguments.size() > 1 ? arguments.get(1) : named.get("maxsplit");
        return JinjaSplit.split(
                text,
                separator == null ? "" : string(separator),
                separator != null,
                JinjaArithmetic.toInt(limit, -1),
                right);
    }

    static String replace(String text, String old, String replacement, int count) {
        refuseLong(text.length() + (long) count(text, old) * Math.max(0, replacement.length() - old.length()));
        if (count < 0) {
            return text.replace(old, replacement);
        }
        StringBuilder replaced = new StringBuilder();
        int from = 0;
        for (int n = 0; n < count && !old.isEmpty(); n++) {
            int at = text.indexOf(old, from);
            if (at < 0) {
                break;
            }
            replaced.append(text, from, at).append(replacement);
            from = at + old.length();
        }
        return replaced.append(text, from, text.length()).toString();
    }

    static String join(String separator, List<Object> parts) {
        List<String> texts = parts.stream().map(JinjaValues::text).toList();
        refuseLong(texts.stream().mapToLong(String::length).sum() + (long) separator.length() * texts.size());
        return String.join(separator, texts);
    }

    /** Refuses to make a text of so many characters. */
    static void refuseLong(long characters) {
        if (characters > JinjaBudget.MAX_TEXT) {
            throw JinjaBudget.tooMuch();
        }
    }
}
