package org.peft4j.embedded;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The small task the embedded base model is adapted to: announce an event from its fields. No event, host or hall of a
 * held-out row occurs in a training row, so a model that does well has learned to read the fields, not remembered them.
 */
public final class Task {
    private static final List<String> PROPER = List.of("event", "host", "hall");

    private final Grammar grammar = Grammar.of("lexicon.txt", "task.txt");
    private final SplittableRandom random;

    /** Starts the sequence of {@code seed}. */
    public Task(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** The next {@code count} rows. */
    public List<TaskRow> rows(int count) {
        return rows(count, Set.of());
    }

    /** The next {@code count} rows that share no event, host or hall with {@code seen} nor with each other. */
    public List<TaskRow> unseenRows(int count, Collection<TaskRow> seen) {
        Set<String> taken = new HashSet<>();
        seen.forEach(row -> PROPER.forEach(name -> taken.add(row.fields().get(name))));
        return rows(count, taken);
    }

    private List<TaskRow> rows(int count, Set<String> taken) {
        Set<String> avoid = new HashSet<>(taken);
        List<TaskRow> rows = new ArrayList<>();
        while (rows.size() < count) {
            TaskRow row = row();
            List<String> proper =
                    PROPER.stream().map(name -> row.fields().get(name)).toList();
            if (taken.isEmpty()) {
                rows.add(row);
            } else if (proper.stream().noneMatch(avoid::contains)) {
                avoid.addAll(proper);
                rows.add(row);
            }
        }
        return rows;
    }

    private TaskRow row() {
        Writer writer = new Writer(grammar, random.split());
        Map<String, String> fields = new LinkedHashMap<>();
        List<String> names = random.nextBoolean()
                ? List.of("event", "host", "hall", "day", "time", "price")
                : List.of("event", "host", "hall", "day", "time", "price", "bring");
        for (String name : names) {
            String value = writer.write(name);
            fields.put(name, value);
            writer.with(name, value);
        }
        writer.with("entry", writer.write(fields.get("price").equals("free") ? "entry_free" : "entry_paid"));
        writer.with("closing", writer.write(fields.containsKey("bring") ? "ending_bring" : "ending_plain"));
        return new TaskRow(fields, " " + writer.write("announcement"));
    }
}
