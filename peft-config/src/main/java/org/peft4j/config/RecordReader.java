package org.peft4j.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;
import org.peft4j.api.PeftException;

/** Reads one record of settings out of a map. */
final class RecordReader<R extends Record> {
    private final RecordType<R> type;
    private final ConfigProblems problems;
    private final ValueReader values;

    RecordReader(Class<R> type, ConfigProblems problems) {
        this.type = RecordType.of(type);
        this.problems = problems;
        this.values = new ValueReader(problems);
    }

    /** The record, or {@link ValueReader#REFUSED} with the problems noted. */
    Object read(ConfigNode.Entries map, String name) {
        int before = problems.size();
        map.entries().forEach((key, entry) -> checkKnown(key, entry, name));
        Object[] arguments =
                type.components().stream().map(c -> component(c, map, name)).toArray();
        if (problems.size() > before || Arrays.asList(arguments).contains(ValueReader.REFUSED)) {
            return ValueReader.REFUSED;
        }
        try {
            return type.construct(arguments);
        } catch (IllegalArgumentException e) {
            problems.add("config-value", culprit(map, String.valueOf(e.getMessage())), name + ": " + e.getMessage());
            return ValueReader.REFUSED;
        }
    }

    private void checkKnown(String key, ConfigNode.Entry entry, String name) {
        if (!type.keys().contains(key)) {
            String question = NearestName.question(key, type.keys());
            problems.add(
                    "config-key",
                    entry.keyAt(),
                    "unknown key '" + key + "' in " + name + (question.isEmpty() ? "." : question) + " "
                            + (type.keys().isEmpty()
                                    ? "It has no settings"
                                    : "Known keys: " + String.join(", ", type.keys())));
        }
    }

    private Object component(RecordType.Component c, ConfigNode.Entries map, String name) {
        String what = "'" + c.key() + "' of " + name;
        ConfigNode.Entry given = map.entries().get(c.key());
        if (given != null) {
            return values.read(c.type(), given.value(), what);
        }
        if (!c.defaultText().isEmpty()) {
            return fromDefault(c);
        }
        if (isOptional(c.type())) {
            return Optional.empty();
        }
        problems.add(
                "config-missing",
                map.at(),
                name + " needs '" + c.key() + "' (" + TypeWords.of(c.type()) + ")"
                        + (c.help().isBlank() ? "" : ": " + c.help()));
        return ValueReader.REFUSED;
    }

    /** A default that can't be read is a defect of the record, not of the user's file. */
    private Object fromDefault(RecordType.Component c) {
        String source = "the default of " + type.type().getSimpleName() + "." + c.javaName();
        ConfigProblems own = new ConfigProblems();
        Object value = new ValueReader(own).read(c.type(), YamlTree.parse(c.defaultText(), source, false), c.key());
        try {
            own.throwIfAny();
        } catch (PeftException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        return value;
    }

    static boolean isOptional(Type type) {
        return type instanceof ParameterizedType generic && generic.getRawType() == Optional.class;
    }

    /** The line of the key that a refusal speaks of first, or else the section's. */
    private Position culprit(ConfigNode.Entries map, String message) {
        record Mention(int index, Position at) {}
        return type.components().stream()
                .filter(c -> map.entries().containsKey(c.key()))
                .map(c -> new Mention(
                        mention(message, c), map.entries().get(c.key()).value().at()))
                .filter(m -> m.index() >= 0)
                .min(Comparator.comparingInt(Mention::index))
                .map(Mention::at)
                .orElse(map.at());
    }

    private static int mention(String message, RecordType.Component c) {
        String words = Pattern.quote(c.key()) + "|" + Pattern.quote(c.javaName()) + "|"
                + Pattern.quote(c.key().replace('-', ' '));
        var matcher = Pattern.compile("(?<![\\w-])(" + words + ")(?![\\w-])", Pattern.CASE_INSENSITIVE)
                .matcher(message);
        return matcher.find() ? matcher.start() : -1;
    }
}
