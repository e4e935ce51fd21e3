package org.peft4j.api;

import java.util.List;
import java.util.Set;

/**
 * A parameter-efficient fine-tuning method: the one interface a plugin implements.
 *
 * <p>A plugin is a module that {@code provides org.peft4j.api.AdapterMethod with ...}. It is found by
 * {@link java.util.ServiceLoader}; nothing else announces it. An implementation has a public constructor without
 * arguments, no state, and may be called from several threads at once: what a method remembers lives in the hooks that
 * {@link #install} hands over.
 *
 * @param <C> the method's settings: a public record of an exported package, whose components carry {@link Setting} and
 *     whose compact constructor refuses values that make no sense on any model (by {@link IllegalArgumentException}
 *     with a sentence a user understands)
 */
public interface AdapterMethod<C extends Record> {
    /**
     * The stable name by which a configuration chooses this method and under which adapters remember it:
     * lower-case letters, digits and hyphens, starting with a letter, at most 40 characters.
     */
    String name();

    /** One sentence for lists of methods: what it trains and where, with its source. */
    String description();

    /** The record of this method's settings. */
    Class<C> configType();

    /**
     * Every reason why these settings cannot work on this model, in plain words; empty if they can. Called before
     * {@link #install}, which may then rely on the answer.
     */
    default List<String> problems(C config, ModelShape model) {
        return List.of();
    }

    /**
     * Creates this method's parameters and hooks; called once per model and adapter.
     *
     * @throws PeftException if the settings do not fit the model in a way {@link #problems} could not see
     */
    void install(C config, Installer installer);

    /** What this method promises under these settings. The test kit verifies each promise. */
    default Set<Trait> traits(C config) {
        return Set.of();
    }

    /** How a trained adapter is written and read. By default a form that only this project reads. */
    default AdapterFormat<C> format() {
        return AdapterFormat.own(name(), configType());
    }
}
