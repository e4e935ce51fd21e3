package org.peft4j.embedded;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The small task the embedded base model is adapted to: announce an event from its fields. The first
 * word of a held-out row's event, the surname of its host and its hall occur in no training row, so a model that does well
 * has learned to read the fields, not remembered them.
 */
public final class Task {
    private final Grammar grammar = Grammar.of("lexicon.txt", "task.txt");
    private final SplittableRandom random;

    /** Starts the sequence of {@code seed}. */
    public Task(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** The next {@code count} rows to train on: none of their keys is set aside. */
    public List<TaskRow> trainingRows(int count) {
        return rows(count, row -> keys(row).stream().noneMatch(Task::setAside));
    }

    /** The next {@code count} rows to judge by: all of their keys are set aside. */
    public List<TaskRow> heldOutRows(int count) {
        return rows(count, row -> keys(row).stream().allMatch(Task::setAside));
    }

    /** What tells one event, host and hall from another: "Honey" Fair, Clara "Baker", "Oakham Hall". */
    static List<String> keys(TaskRow row) {
        String event = row.fields().get("event");
        String host = row.fields().get("host");
        return List.of(
                event.substring(0, event.indexOf(' ')),
                host.substring(host.indexOf(' ') + 1),
                row.fields().get("hall"));
    }

    /** About a quarter of all keys, the same ones always. */
    private static boolean setAside(String key) {
        return Math.floorMod(key.hashCode() * 0x9E3779B1, 1 << 16) % 4 == 0;
    }

    private List<TaskRow> rows(int count, Predicate<TaskRow> wanted) {
        return Stream.generate(this::row).filter(wanted).distinct().limit(count).toList();
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
