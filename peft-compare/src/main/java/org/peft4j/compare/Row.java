package org.peft4j.compare;

import java.util.List;
import java.util.Map;
import org.peft4j.runtime.RunConfig;

/**
 * A row of a comparison, its settings checked.
 *
 * @param label what it is called; no other row is called so
 * @param method the method's name, or {@link #BASE}
 * @param candidates the settings it may run with: one, or those that a sweep tries
 */
public record Row(String label, String method, List<Candidate> candidates) {
    /** The untouched base, as it is named in a comparison. */
    public static final String BASE = "base";

    /** Copies the list. */
    public Row {
        candidates = List.copyOf(candidates);
    }

    /**
     * Settings of a row.
     *
     * @param swept what the sweep chose: dotted key to the value as text; empty without a sweep
     * @param run the whole run, seed and output left open
     */
    public record Candidate(Map<String, String> swept, RunConfig run) {}

    /** Whether anything is trained. */
    public boolean trained() {
        return !method.equals(BASE);
    }

    /** Whether one of several settings has to be chosen. */
    public boolean swept() {
        return candidates.size() > 1;
    }

    /** The label as a file's name. */
    String fileName() {
        String plain = label.toLowerCase(java.util.Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        return plain.isEmpty() ? "row" : plain;
    }
}
