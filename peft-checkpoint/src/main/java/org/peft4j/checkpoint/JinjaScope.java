package org.peft4j.checkpoint;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Variables visible at a place of a running template, and the limits of its run. */
final class JinjaScope {
    /** A chat of a million tokens stays far below both. */
    private static final int MAX_STEPS = 5_000_000;

    private static final int MAX_OUTPUT = 1 << 26;

    private final JinjaScope parent;
    private final Map<String, Object> variables = new HashMap<>();
    private final int[] steps; // and, second, the number of macros that are running; shared by all scopes of a run
    private final int depth;

    private JinjaScope(JinjaScope parent, int[] steps, int depth) {
        this.parent = parent;
        this.steps = steps;
        this.depth = depth;
        if (depth > 200) {
            throw new JinjaException("loops or macros are nested too deeply");
        }
    }

    static JinjaScope root(Map<String, Object> variables) {
        JinjaScope scope = new JinjaScope(null, new int[2], 0);
        scope.variables.putAll(variables);
        return scope;
    }

    JinjaScope child() {
        return new JinjaScope(this, steps, depth + 1);
    }

    Object get(String name) {
        for (JinjaScope scope = this; scope != null; scope = scope.parent) {
            if (scope.variables.containsKey(name)) {
                return scope.variables.get(name);
            }
        }
        return new Undefined(name);
    }

    void set(String name, Object value) {
        variables.put(name, value);
    }

    /** Begins a macro; one that calls itself without end is stopped. */
    void enter() {
        if (++steps[1] > 50) {
            throw new JinjaException("macros call each other too deeply");
        }
    }

    void leave() {
        steps[1]--;
    }

    /** Counts a step; a template that doesn't end is stopped. */
    void step(StringBuilder out) {
        if (++steps[0] > MAX_STEPS || out.length() > MAX_OUTPUT) {
            throw new JinjaException("the template runs too long or writes too much");
        }
    }

    /** The value of a name that has none. */
    record Undefined(String name) {}

    /** What {@code namespace(...)} makes: attributes that can be set from within a loop. */
    record Namespace(Map<String, Object> attributes) {}

    /** A function, method or macro. */
    @FunctionalInterface
    interface Callable {
        Object call(List<Object> arguments, Map<String, Object> named);
    }
}
