package org.peft4j.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import org.peft4j.api.Setting;

/** A record of settings as reflection sees it. */
record RecordType<R extends Record>(Class<R> type, List<Component> components) {
    /** One component; without an annotation it has no help and no default. */
    record Component(
            String key, String javaName, Type type, String defaultText, String help, RecordComponent accessor) {}

    static <R extends Record> RecordType<R> of(Class<R> type) {
        return new RecordType<>(
                type,
                Arrays.stream(type.getRecordComponents())
                        .map(RecordType::component)
                        .toList());
    }

    private static Component component(RecordComponent c) {
        Setting setting = c.getAnnotation(Setting.class);
        return new Component(
                SettingNames.kebab(c.getName()),
                c.getName(),
                c.getGenericType(),
                setting == null ? "" : setting.value(),
                setting == null ? "" : setting.help(),
                c);
    }

    List<String> keys() {
        return components.stream().map(Component::key).toList();
    }

    /**
     * Calls the canonical constructor.
     *
     * @throws IllegalArgumentException as the record's own checks throw it
     */
    R construct(Object[] values) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw refused;
            }
            throw new IllegalStateException(type.getName() + " failed where it should refuse its values", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw notReachable(e);
        }
    }

    Object get(Component component, Record record) {
        try {
            return component.accessor().getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw notReachable(e);
        }
    }

    private IllegalStateException notReachable(ReflectiveOperationException e) {
        return new IllegalStateException(type.getName() + " must be a public record of an exported package", e);
    }
}
