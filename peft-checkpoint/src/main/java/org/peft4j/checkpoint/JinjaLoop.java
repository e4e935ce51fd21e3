package org.peft4j.checkpoint;

import java.io.Serial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A for loop. Each round has a scope of its own: what is set in it is gone in the next. */
record JinjaLoop(
        List<String> targets, JinjaExpression items, JinjaExpression filter, JinjaNode body, JinjaNode otherwise)
        implements JinjaNode {

    /** Ends a round or the loop. */
    static final class Signal extends RuntimeException {
        static final Signal BREAK = new Signal();
        static final Signal CONTINUE = new Signal();

        @Serial
        private static final long serialVersionUID = 1L;

        private Signal() {
            super("break or continue outside a loop", null, false, false);
        }
    }

    @Override
    public void render(JinjaScope scope, StringBuilder out) {
        List<Object> chosen = new ArrayList<>();
        Object all = items.value(scope);
        scope.budget().read(all);
        for (Object item : JinjaValues.elements(all)) {
            scope.step(out);
            JinjaScope trial = scope.child();
            bind(trial, item);
            if (JinjaValues.truth(filter.value(trial))) {
                chosen.add(item);
            }
        }
        if (chosen.isEmpty()) {
            otherwise.render(scope, out);
        }
        for (int i = 0; i < chosen.size(); i++) {
            scope.step(out);
            JinjaScope round = scope.child();
            bind(round, chosen.get(i));
            round.set("loop", variables(chosen, i));
            try {
                body.render(round, out);
            } catch (Signal signal) {
                if (signal == Signal.BREAK) {
                    return;
                }
            }
        }
    }

    private void bind(JinjaScope scope, Object item) {
        if (targets.size() == 1) {
            scope.set(targets.get(0), item);
            return;
        }
        List<Object> parts = JinjaValues.elements(item);
        if (parts.size() != targets.size()) {
            throw new JinjaException(parts.size() + " values can't be assigned to " + targets.size() + " names");
        }
        for (int i = 0; i < parts.size(); i++) {
            scope.set(targets.get(i), parts.get(i));
        }
    }

    private static JinjaScope.Namespace variables(List<Object> items, int index) {
        int size = items.size();
        Map<String, Object> loop = new LinkedHashMap<>();
        loop.put("index", index + 1L);
        loop.put("index0", (long) index);
        loop.put("revindex", (long) size - index);
        loop.put("revindex0", size - index - 1L);
        loop.put("first", index == 0);
        loop.put("last", index == size - 1);
        loop.put("length", (long) size);
        loop.put("previtem", index > 0 ? items.get(index - 1) : new JinjaScope.Undefined("loop.previtem"));
        loop.put("nextitem", index < size - 1 ? items.get(index + 1) : new JinjaScope.Undefined("loop.nextitem"));
        loop.put("cycle", (JinjaScope.Callable) (values, named) -> values.get(index % values.size()));
        return new JinjaScope.Namespace(loop);
    }
}
