package org.peft4j.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value of a configuration file that knows where it stands. Immutable; holds text only, never constructed objects. */
public sealed interface ConfigNode {
    /** Where it stands. */
    Position at();

    /**
     * The value as plain Java: {@code Map} with {@code String} keys, {@code List}, {@code String}, {@code Long},
     * {@code Double}, {@code Boolean}, or null for an empty value.
     */
    Object plain();

    /** What it is, for error messages: {@code the text 'abc'}, {@code a list}. */
    String describe();

    /** What an unquoted scalar reads as by YAML 1.2's core schema. */
    enum Kind {
        /** {@code null}, {@code ~} or nothing. */
        EMPTY,
        /** {@code true} or {@code false}. */
        BOOLEAN,
        /** A whole or decimal number, {@code 1e-3} included. */
        NUMBER,
        /** Anything else, and everything in quotes. */
        TEXT
    }

    /**
     * A single value.
     *
     * @param text as written, without quotes
     * @param kind what it reads as
     * @param at where it stands
     */
    record Scalar(String text, Kind kind, Position at) implements ConfigNode {
        private static final int SHOWN = 60;

        /** Whether there is no value. */
        public boolean isEmpty() {
            return kind == Kind.EMPTY;
        }

        @Override
        public Object plain() {
            return switch (kind) {
                case EMPTY -> null;
                case BOOLEAN -> Boolean.valueOf(text.equalsIgnoreCase("true"));
                case NUMBER -> Numbers.plain(text);
                case TEXT -> text;
            };
        }

        @Override
        public String describe() {
            String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
            return switch (kind) {
                case EMPTY -> "nothing";
                case BOOLEAN -> shown;
                case NUMBER -> "the number " + shown;
                case TEXT -> "the text '" + shown + "'";
            };
        }
    }

    /**
     * A list.
     *
     * @param items its items
     * @param at where its first item stands
     */
    record Items(List<ConfigNode> items, Position at) implements ConfigNode {
        /** Copies the items. */
        public Items {
            items = List.copyOf(items);
        }

        @Override
        public Object plain() {
            List<Object> values = new ArrayList<>();
            items.forEach(i -> values.add(i.plain()));
            return Collections.unmodifiableList(values);
        }

        @Override
        public String describe() {
            return "a list";
        }
    }

    /**
     * A map.
     *
     * @param entries its entries by key, in the file's order
     * @param at where its first key stands
     */
    record Entries(Map<String, Entry> entries, Position at) implements ConfigNode {
        /** Copies the entries, keeping their order. */
        public Entries {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        /** A map without entries. */
        public static Entries none(Position at) {
            return new Entries(Map.of(), at);
        }

        /** The map without one of its keys, which need not be there. */
        public Entries without(String key) {
            Map<String, Entry> rest = new LinkedHashMap<>(entries);
            rest.remove(key);
            return new Entries(rest, at);
        }

        @Override
        public Object plain() {
            Map<String, Object> values = new LinkedHashMap<>();
            entries.forEach((key, entry) -> values.put(key, entry.value().plain()));
            return Collections.unmodifiableMap(values);
        }

        @Override
        public String describe() {
            return "a section of keys";
        }
    }

    /**
     * A map's entry.
     *
     * @param keyAt where the key stands
     * @param value the value
     */
    record Entry(Position keyAt, ConfigNode value) {}
}
