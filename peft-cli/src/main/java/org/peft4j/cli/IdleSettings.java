package org.peft4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.peft4j.runtime.TrainingPlan;

/** Settings that do nothing in a run, which whoever wrote them doesn't expect. */
final class IdleSettings {
    private IdleSettings() {}

    /** A sentence for each. */
    static List<String> of(TrainingPlan plan) {
        List<String> all = new ArrayList<>();
        boolean samples = plan.samples().shown() + plan.samples().checked() > 0;
        if (plan.eval().isEmpty() && plan.settings().evalEvery() > 0) {
            all.add("training.eval-every does nothing without data.eval.");
        }
        if (plan.eval().isEmpty() && samples) {
            all.add("samples do nothing without data.eval.");
        }
        plan.eval().filter(d -> plan.samples().checked() > 0).ifPresent(held -> {
            if (held.examples().stream().noneMatch(e -> e.row().fields().get("fields") instanceof Map)) {
                all.add("samples.checked does nothing: no row of " + held.name() + " has a map 'fields'.");
            }
        });
        return all;
    }
}
