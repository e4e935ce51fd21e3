package org.peft4j.checkpoint;

import java.util.Collection;
import java.util.Map;

/**
 * What a run of a template may use. Each value that it makes is weighed whole, as if nothing in it were shared, so that whatever
 * goes through a value afterwards (text, equality, hash) has an end; and each is paid for, so that the run has one.
 */
final class JinjaBudget {
    /** The most characters that one operation may write, whatever the budget. */
    static final int MAX_TEXT = 1 << 24;

    private static final int MAX_DEPTH = 64;
    private static final int MAX_STEPS = 5_000_000;
    private static final int MAX_MACROS = 50;

    private final long maxValue;
    private long left;
    private int steps;
    private int macros;

    /**
     * A budget in proportion to what goes in.
     *
     * @param input characters of the template and of its variables
     */
    JinjaBudget(long input) {
        maxValue = (1L << 20) + 16 * input;
        left = (1L << 26) + 64 * input;
    }

    /** Begins a macro; one that calls itself without end is stopped. */
    void enter() {
        if (++macros > MAX_MACROS) {
            throw new JinjaException("macros call each other too deeply");
        }
    }

    void leave() {
        macros--;
    }

    /** Counts a step; a template that doesn't end is stopped. */
    void step(StringBuilder out) {
        if (++steps > MAX_STEPS || out.length() > maxValue) {
            throw tooMuch();
        }
    }

    /** Pays for going through a value's own characters or elements. */
    void read(Object value) {
        pay(1 + (value instanceof String text ? text.length() / 8 : size(value)));
    }

    /** Pays for going through everything in a value. */
    void readAll(Object value) {
        pay(weight(value, 0));
    }

    /** Pays for a value that was made. */
    Object made(Object value) {
        pay(weight(value, 0));
        return value;
    }

    private void pay(long price) {
        left -= price;
        if (left < 0) {
            throw tooMuch();
        }
    }

    private static int size(Object value) {
        return value instanceof Collection<?> list ? list.size() : value instanceof Map<?, ?> map ? map.size() : 0;
    }

    private long weight(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new JinjaException("a value is nested too deeply");
        }
        long weight = 1;
        if (value instanceof String text) {
            weight += text.length();
        } else if (value instanceof Collection<?> list) {
            for (Object element : list) {
                weight += weight(element, depth + 1);
                limit(weight);
            }
        } else if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                weight += weight(entry.getKey(), depth + 1) + weight(entry.getValue(), depth + 1);
                limit(weight);
            }
        }
        limit(weight);
        return weight;
    }

    private void limit(long weight) {
        if (weight > maxValue) {
            throw tooMuch();
        }
    }

    static JinjaException tooMuch() {
        return new JinjaException("the template runs too long or writes too much");
    }
}
