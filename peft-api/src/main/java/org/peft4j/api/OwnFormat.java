package org.peft4j.api;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Settings written under their own names, for methods no other program knows. Plain component types only. */
record OwnFormat<C extends Record>(String name, Class<C> configType) implements AdapterFormat<C> {
    @Override
    public String peftType() {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    @Override
    public Map<String, Object> write(C config, ModelShape model) {
        Map<String, Object> entries = new LinkedHashMap<>();
        for (RecordComponent component : configType.getRecordComponents()) {
            Object value = read(component, config);
            boolean plain = value instanceof Enum<?> || value instanceof Targets;
            entries.put(component.getName(), plain ? value.toString() : value);
        }
        return entries;
    }

    @Override
    public C read(Map<String, Object> entries, ModelShape model) {
        RecordComponent[] components = configType.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            String key = components[i].getName();
            if (!entries.containsKey(key)) {
                throw PeftException.of(
                        "adapter-config",
                        "adapter_config.json lacks '" + key + "', which method " + name + " needs",
                        "The adapter was made by another version of the method, or the file was edited.");
            }
            values[i] = convert(entries.get(key), types[i], key);
        }
        return construct(types, values);
    }

    private C construct(Class<?>[] types, Object[] values) {
        try {
            Constructor<C> constructor = configType.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw PeftException.of(
                    "adapter-config",
                    "adapter_config.json: " + e.getCause().getMessage(),
                    "Mend the value in adapter_config.json.",
                    e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(configType + " must be a public record of an exported package", e);
        }
    }

    private static Object read(RecordComponent component, Record config) {
        try {
            return component.getAccessor().invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(config.getClass() + " must be a public record of an exported package", e);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private Object convert(Object value, Class<?> type, String key) {
        if (value instanceof Number n) {
            if (type == int.class) return n.intValue();
            if (type == long.class) return n.longValue();
            if (type == double.class) return n.doubleValue();
        }
        if (value instanceof String text && type.isEnum()) {
            return Enum.valueOf((Class<Enum>) type, text);
        }
        if (value instanceof String text && type == Targets.class) {
            return Targets.parse(text);
        }
        boolean fits = type == boolean.class ? value instanceof Boolean : type.isInstance(value);
        if (!fits) {
            throw PeftException.of(
                    "adapter-config",
                    "adapter_config.json: '" + key + "' is " + value + ", not a " + type.getSimpleName(),
                    "Mend the value in adapter_config.json.");
        }
        return value;
    }
}
