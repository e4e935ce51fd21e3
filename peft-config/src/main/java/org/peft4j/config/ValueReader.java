package org.peft4j.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.peft4j.api.Targets;

/** Turns a node into a value of a component's type, noting what does not fit. */
final class ValueReader {
    /** Stands for a value that could not be read; its problem is noted. */
    static final Object REFUSED = new Object();

    private static final String VALUE = "config-value";

    private final ConfigProblems problems;

    ValueReader(ConfigProblems problems) {
        this.problems = problems;
    }

    /** Reads a value; {@code name} says what it is for, as in {@code 'rank' of method lora}. */
    Object read(Type type, ConfigNode node, String name) {
        if (type instanceof ParameterizedType generic) {
            return readGeneric(generic, node, name);
        }
        if (!(type instanceof Class<?> plain)) {
            throw unsupported(type);
        }
        if (ConfigNode.class == plain) {
            return node;
        }
        if (node instanceof ConfigNode.Scalar scalar && scalar.isEmpty()) {
            return refuse(node, name + " has no value; give one or leave the line out");
        }
        if (plain.isRecord() && plain != Targets.class) {
            return node instanceof ConfigNode.Entries section
                    ? new RecordReader<>(plain.asSubclass(Record.class), problems).read(section, name)
                    : mismatch(node, name, "a section of keys");
        }
        if (plain == Targets.class) {
            return targets(node, name);
        }
        return node instanceof ConfigNode.Scalar scalar
                ? readScalar(plain, scalar, name)
                : mismatch(node, name, TypeWords.of(plain));
    }

    private Object readGeneric(ParameterizedType type, ConfigNode node, String name) {
        Type[] arguments = type.getActualTypeArguments();
        if (type.getRawType() == Optional.class) {
            if (node instanceof ConfigNode.Scalar scalar && scalar.isEmpty()) {
                return Optional.empty();
            }
            Object value = read(arguments[0], node, name);
            return value == REFUSED ? REFUSED : Optional.of(value);
        }
        if (type.getRawType() == List.class) {
            return node instanceof ConfigNode.Items list
                    ? list(arguments[0], list, name)
                    : mismatch(node, name, "a list, as [a, b]");
        }
        if (type.getRawType() == Map.class && arguments[0] == String.class) {
            return node instanceof ConfigNode.Entries map
                    ? map(arguments[1], map, name)
                    : mismatch(node, name, "a map, as {key: value}");
        }
        throw unsupported(type);
    }

    private Object list(Type item, ConfigNode.Items list, String name) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < list.items().size(); i++) {
            values.add(read(item, list.items().get(i), "item " + (i + 1) + " of " + name));
        }
        return values.contains(REFUSED) ? REFUSED : List.copyOf(values);
    }

    private Object map(Type valueType, ConfigNode.Entries map, String name) {
        Map<String, Object> values = new LinkedHashMap<>();
        map.entries().forEach((key, e) -> values.put(key, read(valueType, e.value(), "'" + key + "' of " + name)));
        return values.containsValue(REFUSED) ? REFUSED : Collections.unmodifiableMap(values);
    }

    private Object targets(ConfigNode node, String name) {
        try {
            if (node instanceof ConfigNode.Scalar scalar) {
                return new Targets(List.of(), scalar.text());
            }
            if (node instanceof ConfigNode.Items list) {
                Object suffixes = list(String.class, list, name);
                return suffixes == REFUSED
                        ? REFUSED
                        : Targets.of(((List<?>) suffixes)
                                .stream().map(String.class::cast).toList());
            }
            return mismatch(node, name, TypeWords.of(Targets.class));
        } catch (IllegalArgumentException e) {
            return refuse(node, name + ": " + e.getMessage());
        }
    }

    private Object readScalar(Class<?> type, ConfigNode.Scalar node, String name) {
        if (type == String.class) {
            return node.text();
        }
        if (type == boolean.class || type == Boolean.class) {
            return bool(node, name);
        }
        if (type == int.class || type == Integer.class) {
            Object value = whole(node, name, Integer.MIN_VALUE, Integer.MAX_VALUE);
            return value == REFUSED ? REFUSED : (Object) ((Long) value).intValue();
        }
        if (type == long.class || type == Long.class) {
            return whole(node, name, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type == double.class || type == Double.class) {
            Optional<Double> value = Numbers.real(node.text());
            return value.isPresent() ? value.get() : mismatch(node, name, "a finite number, as 0.1 or 5e-3");
        }
        if (type == Path.class) {
            return path(node, name);
        }
        if (type.isEnum()) {
            return constant(type, node, name);
        }
        throw unsupported(type);
    }

    private Object bool(ConfigNode.Scalar node, String name) {
        return switch (node.text().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> mismatch(node, name, "true or false");
        };
    }

    private Object whole(ConfigNode.Scalar node, String name, long least, long most) {
        Optional<Long> value = Numbers.whole(node.text());
        if (value.isPresent() && value.get() >= least && value.get() <= most) {
            return value.get();
        }
        return Numbers.isIntegral(node.text())
                ? refuse(node, name + " is out of range: " + node.text() + "; it may be " + least + " to " + most)
                : mismatch(node, name, "a whole number");
    }

    private Object path(ConfigNode.Scalar node, String name) {
        try {
            return node.text().isBlank() ? refuse(node, name + " is an empty path") : Path.of(node.text());
        } catch (InvalidPathException e) {
            return refuse(node, name + " is not a path: " + e.getMessage());
        }
    }

    private Object constant(Class<?> type, ConfigNode.Scalar node, String name) {
        String wanted = node.text().toLowerCase(Locale.ROOT).replace('_', '-');
        for (Object c : type.getEnumConstants()) {
            if (SettingNames.constant((Enum<?>) c).equals(wanted)) {
                return c;
            }
        }
        List<String> known = SettingNames.constants(type);
        return refuse(
                node,
                name + " is '" + node.text() + "', which it can't be" + NearestName.question(wanted, known)
                        + (NearestName.of(wanted, known).isPresent() ? "" : ".") + " It is one of "
                        + String.join(", ", known));
    }

    private Object mismatch(ConfigNode node, String name, String wanted) {
        return refuse(node, name + " must be " + wanted + ", not " + node.describe());
    }

    private Object refuse(ConfigNode node, String what) {
        problems.add(VALUE, node.at(), what);
        return REFUSED;
    }

    private static IllegalStateException unsupported(Type type) {
        return new IllegalStateException("a setting can't be of type " + type.getTypeName());
    }
}
