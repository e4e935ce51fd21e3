package org.peft4j.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** What may follow a bar. */
final class JinjaFilters {
    private final JinjaBudget budget;

    JinjaFilters(JinjaBudget budget) {
        this.budget = budget;
    }

    /** What the filter makes of a value, paid for. */
    Object apply(String name, Object value, List<Object> arguments, Map<String, Object> named) {
        if (name.equals("unique") || name.equals("sort")) {
            budget.readAll(value);
        } else {
            budget.read(value);
        }
        return budget.made(filtered(name, value, arguments, named));
    }

    private Object filtered(String name, Object value, List<Object> arguments, Map<String, Object> named) {
        try {
            return switch (name) {
                case "trim" ->
                    JinjaStrings.strip(
                            JinjaValues.text(value),
                            arguments.isEmpty() ? named.get("chars") : arguments.get(0),
                            true,
                            true);
                case "upper" -> JinjaValues.text(value).toUpperCase(Locale.ROOT);
                case "lower" -> JinjaValues.text(value).toLowerCase(Locale.ROOT);
                case "capitalize" -> JinjaStrings.capitalize(JinjaValues.text(value));
                case "title" -> JinjaStrings.title(JinjaValues.text(value));
                case "string" -> JinjaValues.text(value);
                case "safe" -> value;
                case "replace" ->
                    JinjaStrings.replace(
                            JinjaValues.text(value),
                            JinjaValues.text(arguments.get(0)),
                            JinjaValues.text(arguments.get(1)),
                            JinjaArithmetic.toInt(arguments.size() > 2 ? arguments.get(2) : null, -1));
                case "indent" -> indent(JinjaValues.text(value), arguments, named);
                case "default", "d" -> otherwise(value, arguments, named);
                case "tojson" -> toJson(value, arguments, named);
                case "int" -> toInteger(value);
                case "float" -> toFloat(value);
                case "abs" ->
                    value instanceof Double d ? (Object) Math.abs(d) : Math.abs(JinjaArithmetic.asLong(value));
                case "length", "count" -> length(value);
                default -> ofList(name, JinjaValues.elements(value), value, arguments, named);
            };
        } catch (IndexOutOfBoundsException e) {
            throw new JinjaException("the filter '" + name + "' lacks an argument");
        } catch (ClassCastException e) {
            throw new JinjaException("the filter '" + name + "' doesn't work on " + JinjaValues.typeName(value));
        }
    }

    private Object ofList(
            String name, List<Object> items, Object value, List<Object> arguments, Map<String, Object> named) {
        return switch (name) {
            case "first" -> items.isEmpty() ? new JinjaScope.Undefined("first") : items.get(0);
            case "last" -> items.isEmpty() ? new JinjaScope.Undefined("last") : items.get(items.size() - 1);
            case "list" -> items;
            case "items" -> JinjaValues.call(JinjaAttributes.attribute(value, "items"), List.of(), Map.of());
            case "join" -> JinjaStrings.join(arguments.isEmpty() ? "" : JinjaValues.text(arguments.get(0)), items);
            case "reverse" -> {
                List<Object> turned = new ArrayList<>(items);
                Collections.reverse(turned);
                yield value instanceof String ? JinjaStrings.join("", turned) : turned;
            }
            case "unique" -> new ArrayList<>(new LinkedHashSet<>(items));
            case "sort" -> {
                Object key = named.get("attribute");
                List<Object> sorted = new ArrayList<>(items);
                sorted.sort((a, b) -> JinjaValues.order(attribute(a, key), attribute(b, key)));
                yield sorted;
            }
            case "map" -> map(items, arguments, named);
            case "select" -> keep(items, item -> tested(item, arguments, 0));
            case "reject" -> keep(items, item -> !tested(item, arguments, 0));
            case "selectattr" -> keep(items, item -> tested(attribute(item, arguments.get(0)), arguments, 1));
            case "rejectattr" -> keep(items, item -> !tested(attribute(item, arguments.get(0)), arguments, 1));
            default -> throw new JinjaException("there is no filter '" + name + "'");
        };
    }

    private static Object attribute(Object item, Object name) {
        return name == null ? item : JinjaAttributes.item(item, name);
    }

    private List<Object> map(List<Object> items, List<Object> arguments, Map<String, Object> named) {
        List<Object> mapped = new ArrayList<>();
        for (Object item : items) {
            if (named.containsKey("attribute")) {
                Object value = attribute(item, named.get("attribute"));
                boolean missing = value instanceof JinjaScope.Undefined && named.containsKey("default");
                mapped.add(missing ? named.get("default") : value);
            } else {
                String filter = JinjaStrings.string(arguments.get(0));
                mapped.add(apply(filter, item, arguments.subList(1, arguments.size()), named));
            }
        }
        return mapped;
    }

    private List<Object> keep(List<Object> items, Predicate<Object> test) {
        items.forEach(budget::read);
        return new ArrayList<>(items.stream().filter(test).toList());
    }

    private static boolean tested(Object value, List<Object> arguments, int nameIndex) {
        if (arguments.size() <= nameIndex) {
            return JinjaValues.truth(value);
        }
        String test = JinjaStrings.string(arguments.get(nameIndex));
        String name = Map.of("==", "eq", "!=", "ne", "<", "lt", "<=", "le", ">", "gt", ">=", "ge")
                .getOrDefault(test, test);
        return JinjaTests.test(name, value, arguments.subList(nameIndex + 1, arguments.size()));
    }

    private static Object length(Object value) {
        if (value instanceof String text) {
            return (long) text.codePointCount(0, text.length());
        }
        return (long) JinjaValues.elements(value).size();
    }

    private static Object otherwise(Object value, List<Object> arguments, Map<String, Object> named) {
        Object replacement = arguments.isEmpty() ? named.getOrDefault("default_value", "") : arguments.get(0);
        boolean alsoFalse =
                JinjaValues.truth(arguments.size() > 1 ? arguments.get(1) : named.getOrDefault("boolean", false));
        boolean replaced = value instanceof JinjaScope.Undefined || alsoFalse && !JinjaValues.truth(value);
        return replaced ? replacement : value;
    }

    private static String toJson(Object value, List<Object> arguments, Map<String, Object> named) {
        Object indent = arguments.size() > 1 ? arguments.get(1) : named.get("indent");
        boolean ascii = JinjaValues.truth(arguments.isEmpty() ? named.get("ensure_ascii") : arguments.get(0));
        boolean sorted = JinjaValues.truth(named.get("sort_keys"));
        try {
            return PythonJson.write(value, sorted, ascii, JinjaArithmetic.toInt(indent, -1), JinjaBudget.MAX_TEXT);
        } catch (IllegalArgumentException e) {
            throw new JinjaException(JinjaValues.typeName(value) + " can't be written as JSON");
        }
    }

    private static Object toInteger(Object value) {
        if (value instanceof String text) {
            try {
                return Long.valueOf(text.strip());
            } catch (NumberFormatException e) {
                return 0L; // Jinja's default
            }
        }
        return JinjaValues.isNumber(value) ? JinjaArithmetic.asLong(value) : 0L;
    }

    private static Object toFloat(Object value) {
        if (value instanceof String text) {
            try {
                return Double.valueOf(text.strip());
            } catch (NumberFormatException e) {
                return 0.0; // Jinja's default
            }
        }
        return JinjaValues.isNumber(value) ? JinjaArithmetic.asDouble(value) : 0.0;
    }

    private static String indent(String text, List<Object> arguments, Map<String, Object> named) {
        int width = JinjaArithmetic.toInt(arguments.isEmpty() ? named.get("width") : arguments.get(0), 4);
        boolean first = JinjaValues.truth(arguments.size() > 1 ? arguments.get(1) : named.getOrDefault("first", false));
        boolean blank = JinjaValues.truth(arguments.size() > 2 ? arguments.get(2) : named.getOrDefault("blank", false));
        if (width < 0 || width > 1000) {
            throw new JinjaException("indent by " + width + " isn't possible");
        }
        String space = " ".repeat(width);
        StringBuilder indented = new StringBuilder();
        String[] lines = text.split("\n", -1);
        JinjaStrings.refuseLong(text.length() + (long) width * lines.length);
        for (int i = 0; i < lines.length; i++) {
            boolean shifted = i == 0 ? first : blank || !lines[i].isEmpty();
            indented.append(i == 0 ? "" : "\n").append(shifted ? space : "").append(lines[i]);
        }
        return indented.toString();
    }
}
