package org.peft4j.api;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Settings written under their own names, for methods no other program knows; every type {@link Setting} allows. */
record OwnFormat<C extends Record>(String name, Class<C> configType) implements AdapterFormat<C> {
    @Override
    public String peftType() {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    @Override
    public Map<String, Object> write(C config, ModelShape model) {
        return entries(config);
    }

    @Override
    public C read(Map<String, Object> entries, ModelShape model) {
        AdapterEntries file = AdapterEntries.of(name, entries);
        for (RecordComponent component : configType.getRecordComponents()) {
            file.ignore(component.getName());
        }
        return file.read(() -> settings(entries, configType, ""));
    }

    private static Map<String, Object> entries(Record settings) {
        Map<String, Object> entries = new LinkedHashMap<>();
        for (RecordComponent component : settings.getClass().getRecordComponents()) {
            try {
                entries.put(component.getName(), plain(component.getAccessor().invoke(settings)));
            } catch (ReflectiveOperationException e) {
                throw unreachable(settings.getClass(), e);
            }
        }
        return entries;
    }

    private static Object plain(Object value) {
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        if (value instanceof Targets targets) {
            return targets.toString();
        }
        if (value instanceof Record settings) {
            return entries(settings);
        }
        if (value instanceof List<?> items) {
            return items.stream().map(OwnFormat::plain).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> entries = new LinkedHashMap<>();
            map.forEach((k, v) -> entries.put((String) k, plain(v)));
            return entries;
        }
        return value;
    }

    private <R> R settings(Map<?, ?> entries, Class<R> type, String path) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            String key = components[i].getName();
            if (!entries.containsKey(key)) {
                throw PeftException.of(
                        "adapter-config",
                        "adapter_config.json lacks '" + path + key + "', which method " + name + " needs",
                        "The adapter was made by another version of the method, or the file was edited.");
            }
            values[i] = convert(entries.get(key), components[i].getGenericType(), path + key);
        }
        try {
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            // The record's own refusal; the caller names the file.
            throw new IllegalArgumentException(e.getCause().getMessage(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw unreachable(type, e);
        }
    }

    private Object convert(Object value, Type type, String key) {
        if (type instanceof ParameterizedType generic) {
            Type[] inner = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class && value instanceof List<?> items) {
                return items.stream().map(v -> convert(v, inner[0], key)).toList();
            }
            if (generic.getRawType() == Map.class && value instanceof Map<?, ?> map) {
                Map<Object, Object> converted = new LinkedHashMap<>();
                map.forEach((k, v) -> converted.put(k, convert(v, inner[1], key)));
                return converted;
            }
            throw wrong(key, value, generic.getRawType() == List.class ? "a list" : "an object");
        }
        return scalar(value, (Class<?>) type, key);
    }

    private Object scalar(Object value, Class<?> type, String key) {
        if (value instanceof Number n) {
            boolean whole = n.doubleValue() == n.longValue() && Math.abs(n.doubleValue()) < 0x1p63;
            boolean small = whole && n.longValue() == n.intValue();
            if (small && (type == int.class || type == Integer.class)) return n.intValue();
            if (whole && (type == long.class || type == Long.class)) return n.longValue();
            if (type == double.class || type == Double.class) return n.doubleValue();
        }
        if (value instanceof String text && type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .filter(c -> ((Enum<?>) c).name().equals(text))
                    .findFirst()
                    .orElseThrow(() -> wrong(key, value, "one of " + Arrays.toString(type.getEnumConstants())));
        }
        if (value instanceof String text && type == Targets.class) {
            return Targets.parse(text);
        }
        if (value instanceof Map<?, ?> entries && type.isRecord() && type != Targets.class) {
            return settings(entries, type, key + ".");
        }
        boolean flag = type == boolean.class || type == Boolean.class;
        if (flag ? value instanceof Boolean : type.isInstance(value)) {
            return value;
        }
        throw wrong(key, value, "of type " + type.getSimpleName());
    }

    private static PeftException wrong(String key, Object value, String expected) {
        return PeftException.of(
                "adapter-config",
                "adapter_config.json: '" + key + "' is " + value + ", not " + expected,
                "Mend the value in adapter_config.json.");
    }

    private static IllegalStateException unreachable(Class<?> type, ReflectiveOperationException cause) {
        return new IllegalStateException(type + " must be a public record of an exported package", cause);
    }
}
