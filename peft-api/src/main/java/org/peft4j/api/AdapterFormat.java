package org.peft4j.api;

import java.util.Map;

/**
 * How a method's settings stand in {@code adapter_config.json}. Values are plain: {@code Map} with {@code String} keys,
 * {@code List}, {@code String}, {@code Number}, {@code Boolean}, or null for JSON's null.
 *
 * @param <C> the method's settings
 */
public interface AdapterFormat<C extends Record> {
    /** The value of {@code peft_type}, for example {@code LORA}. */
    String peftType();

    /** The settings as the file's entries, without the general ones (base model, task, peft version), which the core adds. */
    Map<String, Object> write(C config, ModelShape model);

    /**
     * The settings of an adapter read for use on this model.
     *
     * @throws PeftException if the file asks for something this method does not do: never silently ignored
     */
    C read(Map<String, Object> entries, ModelShape model);

    /**
     * Whether an adapter was made by this method and no other: of several methods that read one {@code peft_type} this one is then
     * asked to.
     */
    default boolean owns(Map<String, Object> entries) {
        return false;
    }

    /** Whether HuggingFace peft reads an adapter with these settings. */
    default boolean readByPeft(C config) {
        return false;
    }

    /** Whether the result of training is a whole checkpoint rather than an adapter. */
    default boolean wholeCheckpoint() {
        return false;
    }

    /** The form of a method that no other program knows: its settings under their own names. */
    static <C extends Record> AdapterFormat<C> own(String name, Class<C> configType) {
        return new OwnFormat<>(name, configType);
    }
}
