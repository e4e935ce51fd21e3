package org.peft4j.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.peft4j.api.PeftException;

/** Collects what is wrong with a configuration, so that the user hears of everything at once. Not thread-safe. */
public final class ConfigProblems {
    private static final int SHOWN = 20;

    private record Problem(String code, Position at, String what) {}

    private final List<Problem> found = new ArrayList<>();

    /** Starts with none. */
    public ConfigProblems() {}

    /**
     * Notes a problem.
     *
     * @param code as in {@link PeftException#code}; the first problem's becomes the exception's
     * @param what one sentence without the place
     */
    public void add(String code, Position at, String what) {
        found.add(new Problem(code, at, what));
    }

    /** Whether nothing was noted. */
    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** How many were noted. */
    public int size() {
        return found.size();
    }

    /**
     * Throws one exception with all that was noted, in the order of lines; does nothing if there is none.
     *
     * @throws PeftException if anything was noted
     */
    public void throwIfAny() {
        if (found.isEmpty()) {
            return;
        }
        List<Problem> sorted = found.stream()
                .sorted(Comparator.comparing((Problem p) -> p.at().source()).thenComparingInt(p -> p.at().line()))
                .toList();
        LinkedHashSet<String> texts =
                sorted.stream().map(p -> p.at() + ": " + p.what()).collect(Collectors.toCollection(LinkedHashSet::new));
        String all = texts.stream().limit(SHOWN).collect(Collectors.joining("\n"));
        String more = texts.size() > SHOWN ? "\n... and " + (texts.size() - SHOWN) + " more" : "";
        throw PeftException.of(sorted.get(0).code(), all + more, "");
    }
}
