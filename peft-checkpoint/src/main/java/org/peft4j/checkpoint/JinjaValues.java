package org.peft4j.checkpoint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;

/** Python's rules for the values of templates: truth, equality, order, text. */
final class JinjaValues {
    private static final int MAX_CHARACTERS = 1 << 20;

    private JinjaValues() {}

    static boolean truth(Object value) {
        if (value == null || value instanceof JinjaScope.Undefined) {
            return false;
        }
        if (value instanceof Boolean bool) {
            return bool;
        }
        if (value instanceof Number number) {
            return number.doubleValue() != 0;
        }
        if (value instanceof String text) {
            return !text.isEmpty();
        }
        if (value instanceof Collection<?> list) {
            return !list.isEmpty();
        }
        return !(value instanceof Map<?, ?> map) || !map.isEmpty();
    }

    static boolean compare(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> same(left, right);
            case "!=" -> !same(left, right);
            case "in" -> contains(right, left);
            case "not in" -> !contains(right, left);
            case "<" -> order(left, right) < 0;
            case "<=" -> order(left, right) <= 0;
            case ">" -> order(left, right) > 0;
            default -> order(left, right) >= 0;
        };
    }

    static boolean same(Object left, Object right) {
        if (isNumber(left) && isNumber(right)) {
            return JinjaArithmetic.asDouble(left) == JinjaArithmetic.asDouble(right);
        }
        if (left instanceof JinjaScope.Undefined && right instanceof JinjaScope.Undefined) {
            return true;
        }
        return Objects.equals(left, right);
    }

    static boolean isNumber(Object value) {
        return value instanceof Number || value instanceof Boolean;
    }

    private static boolean contains(Object container, Object element) {
        if (container instanceof String text) {
            if (!(element instanceof String part)) {
                throw new JinjaException("only a string can be in a string, not " + typeName(element));
            }
            return text.contains(part);
        }
        if (container instanceof Map<?, ?> map) {
            return map.containsKey(element);
        }
        return elements(container).stream().anyMatch(other -> same(other, element));
    }

    static int order(Object left, Object right) {
        if (isNumber(left) && isNumber(right)) {
            return Double.compare(JinjaArithmetic.asDouble(left), JinjaArithmetic.asDouble(right));
        }
        if (left instanceof String a && right instanceof String b) {
            return Json.CODE_POINT_ORDER.compare(a, b);
        }
        throw new JinjaException(typeName(left) + " and " + typeName(right) + " have no order");
    }

    /** A key of a map: what Python can hash, lists and maps excepted. */
    static Object key(Object value) {
        if (value instanceof Collection<?> || value instanceof Map<?, ?>) {
            throw new JinjaException(typeName(value) + " can't be a key");
        }
        return value;
    }

    /** What a for loop goes through. */
    static List<Object> elements(Object value) {
        if (value instanceof Collection<?> list) {
            return new ArrayList<>(list);
        }
        if (value instanceof Map<?, ?> map) {
            return new ArrayList<>(map.keySet());
        }
        if (value instanceof String text) {
            if (text.length() > MAX_CHARACTERS) {
                throw new JinjaException("a text is too long to go through it by characters");
            }
            List<Object> characters = new ArrayList<>();
            text.codePoints().forEach(c -> characters.add(Character.toString(c)));
            return characters;
        }
        if (value instanceof JinjaScope.Undefined) {
            return List.of();
        }
        throw new JinjaException(typeName(value) + " isn't a list");
    }

    static Object call(Object function, List<Object> arguments, Map<String, Object> named) {
        if (function instanceof JinjaScope.Undefined undefined) {
            throw new JinjaException("'" + undefined.name() + "' is undefined");
        }
        if (!(function instanceof JinjaScope.Callable callable)) {
            throw new JinjaException(typeName(function) + " can't be called");
        }
        try {
            return callable.call(arguments, named);
        } catch (IndexOutOfBoundsException e) {
            throw new JinjaException("a call lacks an argument");
        }
    }

    /** Python's {@code str}. */
    static String text(Object value) {
        if (value instanceof String text) {
            return text;
        }
        return value instanceof JinjaScope.Undefined ? "" : repr(value);
    }

    private static String repr(Object value) {
        if (value == null) {
            return "None";
        }
        if (value instanceof Boolean bool) {
            return bool ? "True" : "False";
        }
        if (value instanceof Double number) {
            return number.isNaN() ? "nan" : number.isInfinite() ? number > 0 ? "inf" : "-inf" : PythonJson.repr(number);
        }
        if (value instanceof String text) {
            return JinjaStrings.quote(text);
        }
        if (value instanceof Collection<?> list) {
            StringJoiner joined = new StringJoiner(", ", "[", "]");
            list.forEach(element -> joined.add(repr(element)));
            return joined.toString();
        }
        if (value instanceof Map<?, ?> map) {
            StringJoiner joined = new StringJoiner(", ", "{", "}");
            map.forEach((key, element) -> joined.add(repr(key) + ": " + repr(element)));
            return joined.toString();
        }
        if (value instanceof Long) {
            return value.toString();
        }
        throw new JinjaException(typeName(value) + " has no text form");
    }

    static String typeName(Object value) {
        if (value == null) {
            return "none";
        }
        if (value instanceof JinjaScope.Undefined undefined) {
            return "the undefined '" + undefined.name() + "'";
        }
        if (value instanceof String) {
            return "a string";
        }
        if (isNumber(value)) {
            return value instanceof Boolean ? "a boolean" : "a number";
        }
        return value instanceof Collection<?> ? "a list" : value instanceof Map<?, ?> ? "a map" : "an object";
    }
}
