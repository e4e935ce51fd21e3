package org.peft4j.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The entries of an {@code adapter_config.json} while an {@link AdapterFormat} reads them: typed access with errors that name key
 * and value, and a check that nothing which was set is passed over.
 *
 * <p>An entry that is absent, null, false or empty counts as not set. An entry that is set and that nobody asked for is refused:
 * it would change what the adapter does. Not for use by several threads.
 */
public final class AdapterEntries {
    /** Entries of every adapter, which belong to the core. */
    private static final Set<String> GENERAL = Set.of(
            "auto_mapping",
            "base_model_name_or_path",
            "inference_mode",
            "peft_type",
            "peft_version",
            "revision",
            "task_type");

    private final String method;
    private final Map<String, Object> entries;
    private final Set<String> known = new HashSet<>(GENERAL);

    private AdapterEntries(String method, Map<String, Object> entries) {
        this.method = method;
        this.entries = entries;
    }

    /**
     * Starts reading.
     *
     * @param method the reading method's name, for messages
     * @param entries the file's entries
     */
    public static AdapterEntries of(String method, Map<String, Object> entries) {
        return new AdapterEntries(method, entries);
    }

    /**
     * Makes the settings, then checks that every entry which is set has been asked for.
     *
     * @param settings reads the entries and constructs the record
     * @throws PeftException if the record refuses a value, or if an entry is set that was not asked for
     */
    public <T> T read(Supplier<T> settings) {
        T made;
        try {
            made = settings.get();
        } catch (IllegalArgumentException e) {
            throw PeftException.of(
                    "adapter-config",
                    "adapter_config.json: " + e.getMessage(),
                    "Mend the value in adapter_config.json.",
                    e);
        }
        for (Map.Entry<String, Object> entry : entries.entrySet()) {
            if (!known.contains(entry.getKey()) && isSet(entry.getValue())) {
                throw unsupported(entry.getKey(), "");
            }
        }
        return made;
    }

    /** Declares entries that do not change what a loaded adapter does. */
    public void ignore(String... keys) {
        known.addAll(List.of(keys));
    }

    /** The error for an entry whose value this method does not do; {@code reason} may be empty. */
    public PeftException unsupported(String key, String reason) {
        return PeftException.of(
                "adapter-unsupported",
                "adapter_config.json sets '" + key + "' to " + entries.get(key) + ", which method " + method
                        + " does not do" + (reason.isEmpty() ? "" : ": " + reason),
                "Use the adapter with the program that made it, or train it again without '" + key + "'.");
    }

    /** The value as it stands; false if absent or null. */
    public Object value(String key) {
        known.add(key);
        Object value = entries.get(key);
        return value == null ? Boolean.FALSE : value;
    }

    /** Whether an entry is there and neither null, false nor empty. */
    public boolean isSet(String key) {
        return isSet(value(key));
    }

    /** A whole number that has to be there. */
    public int integer(String key) {
        if (!isSet(key)) {
            throw PeftException.of(
                    "adapter-config",
                    "adapter_config.json lacks '" + key + "', which method " + method + " needs",
                    "The file was edited or is of another method; save the adapter again.");
        }
        return whole(key, value(key));
    }

    /** A whole number. */
    public int integer(String key, int otherwise) {
        return isSet(key) ? whole(key, value(key)) : otherwise;
    }

    /** A number. */
    public double number(String key, double otherwise) {
        return isSet(key) ? decimal(key, value(key)) : otherwise;
    }

    /** A truth value; false if not set. */
    public boolean flag(String key) {
        Object value = value(key);
        if (value instanceof Boolean b) {
            return b;
        }
        throw wrong(key, value, "true or false");
    }

    /** A text. */
    public String text(String key, String otherwise) {
        return isSet(key) ? string(key, value(key)) : otherwise;
    }

    /** A list of texts; a lone text is a list of one; empty if not set. */
    public List<String> texts(String key) {
        return items(key).stream().map(v -> string(key, v)).toList();
    }

    /** A list of whole numbers; a lone number is a list of one; empty if not set. */
    public List<Integer> integers(String key) {
        return items(key).stream().map(v -> whole(key, v)).toList();
    }

    /** Numbers by name, in the file's order; empty if not set. */
    public Map<String, Double> numbers(String key) {
        Map<String, Double> result = new LinkedHashMap<>();
        if (isSet(key)) {
            if (!(value(key) instanceof Map<?, ?> map)) {
                throw wrong(key, value(key), "an object of numbers");
            }
            map.forEach((k, v) -> result.put(String.valueOf(k), decimal(key, v)));
        }
        return Collections.unmodifiableMap(result);
    }

    /** Target modules: a list of path endings, one expression, or {@code all-linear} in any case; none if not set. */
    public Targets targets(String key) {
        if (!isSet(key)) {
            return Targets.none();
        }
        if (value(key) instanceof String expression) {
            boolean all = expression.toLowerCase(Locale.ROOT).equals(Targets.ALL_LINEAR);
            return all ? Targets.allLinear() : new Targets(List.of(), expression);
        }
        return Targets.of(texts(key));
    }

    /** How targets stand in the file: a list of path endings or an expression; null for none. */
    public static Object entry(Targets targets) {
        if (targets.isEmpty()) {
            return null;
        }
        return targets.expression().isEmpty() ? targets.suffixes() : targets.expression();
    }

    /** How a number stands in the file: whole ones without a fraction. */
    public static Number entry(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) <= Integer.MAX_VALUE;
        return whole ? (Number) (int) value : (Number) value;
    }

    private List<Object> items(String key) {
        if (!isSet(key)) {
            return List.of();
        }
        Object value = value(key);
        return value instanceof Collection<?> items ? new ArrayList<>(items) : List.of(value);
    }

    private int whole(String key, Object value) {
        if (value instanceof Number n && n.doubleValue() == n.intValue()) {
            return n.intValue();
        }
        throw wrong(key, value, "a whole number");
    }

    private double decimal(String key, Object value) {
        if (value instanceof Number n) {
            return n.doubleValue();
        }
        throw wrong(key, value, "a number");
    }

    private String string(String key, Object value) {
        if (value instanceof String s) {
            return s;
        }
        throw wrong(key, value, "a text");
    }

    private static PeftException wrong(String key, Object value, String expected) {
        return PeftException.of(
                "adapter-config",
                "adapter_config.json: '" + key + "' is " + value + ", not " + expected,
                "Mend the value in adapter_config.json.");
    }

    private static boolean isSet(Object value) {
        if (value == null || Boolean.FALSE.equals(value)) {
            return false;
        }
        if (value instanceof Collection<?> items) {
            return !items.isEmpty();
        }
        if (value instanceof Map<?, ?> map) {
            return !map.isEmpty();
        }
        return !(value instanceof String text) || !text.isEmpty();
    }
}
