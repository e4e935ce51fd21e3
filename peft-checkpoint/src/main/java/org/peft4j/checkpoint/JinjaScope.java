package org.peft4j.checkpoint;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Variables visible at a place of a running template, and the budget of its run. */
final class JinjaScope {
    private final JinjaScope parent;
    private final Map<String, Object> variables = new HashMap<>();
    private final JinjaBudget budget; // shared by all scopes of a run
    private final int depth;

    private JinjaScope(JinjaScope parent, JinjaBudget budget, int depth) {
        this.parent = parent;
        this.budget = budget;
        this.depth = depth;
        if (depth > 200) {
            throw new JinjaException("loops or macros are nested too deeply");
        }
    }

    static JinjaScope root(Map<String, Object> variables, JinjaBudget budget) {
        JinjaScope scope = new JinjaScope(null, budget, 0);
        scope.variables.putAll(variables);
        return scope;
    }

    JinjaScope child() {
        return new JinjaScope(this, budget, depth + 1);
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

    JinjaBudget budget() {
        return budget;
    }

    /** Counts a step; a template that doesn't end is stopped. */
    void step(StringBuilder out) {
        budget.step(out);
    }

    /** Pays for a value that was made. */
    Object made(Object value) {
        return budget.made(value);
    }

    /** The value of a name that has none. */
    record Undefined(String name) {}

    /** What {@code namespace(...)} makes: attributes that can be set from within a loop. */
    static final class Namespace { // not a record: one may hold itself, so it is equal to itself alone
        private final Map<String, Object> attributes;

        Namespace(Map<String, Object> attributes) {
            this.attributes = attributes;
        }

        Map<String, Object> attributes() {
            return attributes;
        }
    }

    /** A function, method or macro. */
    @FunctionalInterface
    interface Callable {
        Object call(List<Object> arguments, Map<String, Object> named);
    }
}
