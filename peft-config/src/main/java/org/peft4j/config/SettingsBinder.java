package org.peft4j.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peft4j.api.PeftException;
import org.peft4j.api.Setting;
import org.peft4j.api.Targets;

/**
 * Binds sections of a configuration to records of settings, and back.
 *
 * <p>A key is the component's name in kebab-case; help and default come from {@link Setting}. Components may be
 * {@code boolean, int, long, double, String}, an enum (in kebab-case, upper and lower case alike), {@link Targets},
 * {@link Path} (as given, so relative to the working directory), a record of settings, {@link ConfigNode} (the section as it
 * is), and {@code List}, {@code Map} with {@code String} keys and {@code Optional} of those. A component without a default must
 * be given, unless it is an {@code Optional}. Records are public and of an exported package; anything else is a defect of the
 * record and an {@link IllegalStateException}.
 */
public final class SettingsBinder {
    private SettingsBinder() {}

    /**
     * Binds a section.
     *
     * @param name what messages call it: {@code method lora}
     * @throws PeftException with everything that is wrong in it
     */
    public static <R extends Record> R bind(Class<R> type, ConfigNode section, String name) {
        ConfigProblems problems = new ConfigProblems();
        Optional<R> bound = bind(type, section, name, problems);
        problems.throwIfAny();
        return bound.orElseThrow();
    }

    /**
     * Binds a section of several, so that all their problems are reported together.
     *
     * @param name what messages call it
     * @param problems takes what is wrong
     * @return empty where something is
     */
    public static <R extends Record> Optional<R> bind(
            Class<R> type, ConfigNode section, String name, ConfigProblems problems) {
        ConfigNode given = section instanceof ConfigNode.Scalar scalar && scalar.isEmpty()
                ? ConfigNode.Entries.none(section.at())
                : section;
        Object value = new ValueReader(problems).read(type, given, name);
        return type.isInstance(value) ? Optional.of(type.cast(value)) : Optional.empty();
    }

    /**
     * The record with all its defaults.
     *
     * @throws PeftException if it has a setting that must be given
     */
    public static <R extends Record> R defaults(Class<R> type) {
        String name = type.getSimpleName();
        return bind(type, ConfigNode.Entries.none(Position.in("defaults")), name);
    }

    /**
     * The record as plain values under its keys: {@code Map, List, String, Boolean, Integer, Long, Double}. Bound again they
     * give an equal record. An empty {@code Optional} is left out.
     */
    public static Map<String, Object> plain(Record settings) {
        return plainOf(RecordType.of(settings.getClass()), settings);
    }

    /** What can be set in a record, in the order of its components. */
    public static List<SettingInfo> describe(Class<? extends Record> type) {
        return RecordType.of(type).components().stream()
                .map(c -> new SettingInfo(
                        c.key(),
                        TypeWords.of(c.type()),
                        c.defaultText(),
                        c.defaultText().isEmpty() && !RecordReader.isOptional(c.type()),
                        c.help(),
                        nested(c.type())))
                .toList();
    }

    private static List<SettingInfo> nested(Type type) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
            return nested(generic.getActualTypeArguments()[0]);
        }
        boolean section = type instanceof Class<?> plain && plain.isRecord() && plain != Targets.class;
        return section ? describe(((Class<?>) type).asSubclass(Record.class)) : List.of();
    }

    private static Map<String, Object> plainOf(RecordType<?> type, Record settings) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (RecordType.Component c : type.components()) {
            Object value = type.get(c, settings);
            if (!(value instanceof Optional<?> optional) || optional.isPresent()) {
                values.put(c.key(), plainValue(value));
            }
        }
        return Collections.unmodifiableMap(values);
    }

    private static Object plainValue(Object value) {
        if (value instanceof Optional<?> optional) {
            return plainValue(optional.orElseThrow());
        }
        if (value instanceof Targets targets) {
            return targets.expression().isEmpty() ? targets.suffixes() : targets.expression();
        }
        if (value instanceof ConfigNode node) {
            return node.plain();
        }
        if (value instanceof Record record) {
            return plain(record);
        }
        if (value instanceof Enum<?> constant) {
            return SettingNames.constant(constant);
        }
        if (value instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            list.forEach(i -> items.add(plainValue(i)));
            return Collections.unmodifiableList(items);
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> entries = new LinkedHashMap<>();
            map.forEach((k, v) -> entries.put((String) k, plainValue(v)));
            return Collections.unmodifiableMap(entries);
        }
        return value instanceof Path path ? path.toString() : value;
    }
}
