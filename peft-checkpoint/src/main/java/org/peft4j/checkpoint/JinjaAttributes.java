package org.peft4j.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a dot, a subscript and a slice give. */
final class JinjaAttributes {
    private JinjaAttributes() {}

    /** {@code object.name}: the attribute or method, else the item. */
    static Object attribute(Object object, String name) {
        refuseUndefined(object, name);
        if (object instanceof JinjaScope.Namespace space) {
            Object value = space.attributes().get(name);
            return value != null || space.attributes().containsKey(name) ? value : new JinjaScope.Undefined(name);
        }
        if (object instanceof String text) {
            return JinjaStrings.method(text, name);
        }
        if (object instanceof Map<?, ?> map) {
            Object method = method(map, name);
            return method instanceof JinjaScope.Undefined ? item(object, name) : method;
        }
        if (object instanceof List<?> && name.chars().allMatch(Character::isDigit)) {
            return item(object, JinjaArithmetic.number(name));
        }
        return new JinjaScope.Undefined(name);
    }

    private static Object method(Map<?, ?> map, String name) {
        return switch (name) {
            case "items" ->
                (JinjaScope.Callable) (arguments, named) -> {
                    List<Object> items = new ArrayList<>();
                    map.forEach((key, value) -> {
                        List<Object> pair = new ArrayList<>();
                        pair.add(key);
                        pair.add(value);
                        items.add(pair);
                    });
                    return items;
                };
            case "keys" -> (JinjaScope.Callable) (arguments, named) -> new ArrayList<Object>(map.keySet());
            case "values" -> (JinjaScope.Callable) (arguments, named) -> new ArrayList<Object>(map.values());
            case "get" ->
                (JinjaScope.Callable) (arguments, named) -> {
                    Object key = arguments.get(0);
                    return map.containsKey(key) ? map.get(key) : arguments.size() > 1 ? arguments.get(1) : null;
                };
            default -> new JinjaScope.Undefined(name);
        };
    }

    /** {@code object[key]}: the item, else the attribute. */
    static Object item(Object object, Object key) {
        refuseUndefined(object, JinjaValues.text(key));
        if (object instanceof Map<?, ?> map) {
            return map.containsKey(key) ? map.get(key) : new JinjaScope.Undefined(JinjaValues.text(key));
        }
        boolean indexed = object instanceof List<?> || object instanceof String;
        if (indexed && JinjaValues.isNumber(key) && !(key instanceof Double)) {
            return element(object, JinjaArithmetic.asLong(key));
        }
        return key instanceof String name ? attributeOnly(object, name) : new JinjaScope.Undefined("element");
    }

    private static Object element(Object object, long index) {
        int size = object instanceof String text ? text.codePointCount(0, text.length()) : ((List<?>) object).size();
        long at = index < 0 ? index + size : index;
        if (at < 0 || at >= size) {
            return new JinjaScope.Undefined("element " + index);
        }
        return object instanceof String text
                ? Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) at)))
                : ((List<?>) object).get((int) at);
    }

    private static Object attributeOnly(Object object, String name) {
        boolean has = object instanceof String || object instanceof JinjaScope.Namespace;
        return has ? attribute(object, name) : new JinjaScope.Undefined(name);
    }

    /** {@code object[start:stop:step]}, each of them possibly none. */
    static Object slice(Object object, Object start, Object stop, Object step) {
        refuseUndefined(object, "a slice");
        if (!(object instanceof List<?>) && !(object instanceof String)) {
            throw new JinjaException(JinjaValues.typeName(object) + " can't be sliced");
        }
        int stride = JinjaArithmetic.toInt(step, 1);
        if (stride == 0) {
            throw new JinjaException("the step of a slice is 0");
        }
        int size = object instanceof String text ? text.codePointCount(0, text.length()) : ((List<?>) object).size();
        int from = bound(JinjaArithmetic.toInt(start, stride > 0 ? 0 : size - 1), start, size, stride);
        int to = stop == null ? (stride > 0 ? size : -1) : bound(JinjaArithmetic.toInt(stop, 0), stop, size, stride);
        if (object instanceof String text && stride == 1) {
            int first = text.offsetByCodePoints(0, from);
            return to <= from ? "" : text.substring(first, text.offsetByCodePoints(first, to - from));
        }
        List<Object> elements = JinjaValues.elements(object);
        List<Object> chosen = new ArrayList<>();
        for (long i = from; stride > 0 ? i < to : i > to; i += stride) {
            chosen.add(elements.get((int) i));
        }
        return object instanceof String ? JinjaStrings.join("", chosen) : chosen;
    }

    private static int bound(int index, Object given, int size, int stride) {
        int at = given != null && index < 0 ? index + size : index;
        return stride > 0 ? Math.max(0, Math.min(size, at)) : Math.max(-1, Math.min(size - 1, at));
    }

    private static void refuseUndefined(Object object, String what) {
        if (object instanceof JinjaScope.Undefined undefined) {
            throw new JinjaException("'" + undefined.name() + "' is undefined, so it has no '" + what + "'");
        }
    }
}
