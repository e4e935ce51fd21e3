package org.peft4j.testkit;

import java.util.List;
import org.peft4j.api.PeftException;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.WeightedAdapter;

/** Several adapters of the method on one base. */
final class SeveralChecks {
    private static final String STATE =
            "What a method remembers lives in the hooks that one install makes; the method itself has no fields that change.";

    private SeveralChecks() {}

    static <C extends Record> void isolated(Trial<C> trial) {
        Adapter one = trial.moved(trial.base(), "one", 1);
        float[] alone = trial.logits(one);
        Adapter two = trial.moved(trial.base(), "two", 2);
        Steps.run(AdaptedModel.of(trial.base(), two), two, 2);
        if (Trial.difference(alone, trial.logits(one)) != 0) {
            throw Trial.fault("Installing and training a second adapter changed what the first one does.", STATE);
        }
        if (!Trial.finite(trial.logits(one, two))) {
            throw Trial.fault("Two adapters active together give outputs that are not finite.", STATE);
        }
        try {
            AdaptedModel.of(trial.base(), one, trial.moved(trial.base(), "one", 3));
        } catch (PeftException e) {
            return;
        }
        throw Trial.fault("Two active adapters of one name were accepted.", "");
    }

    static <C extends Record> void switched(Trial<C> trial) {
        float[] base = trial.logits();
        Adapter one = trial.moved(trial.base(), "one", 1);
        Adapter two = trial.moved(trial.base(), "two", 2);
        float[] first = trial.logits(one);
        float[] second = trial.logits(two);
        trial.logits(one, two);
        AdaptedModel off = AdaptedModel.weighted(trial.base(), List.of(new WeightedAdapter(one, 0)));
        boolean same = Trial.difference(base, trial.logits()) == 0
                && Trial.difference(base, trial.logits(off)) == 0
                && Trial.difference(first, trial.logits(one)) == 0
                && Trial.difference(second, trial.logits(two)) == 0;
        if (!same) {
            throw Trial.fault("Switched off and on again, an adapter (or the base) gives other outputs.", STATE);
        }
        if (Trial.difference(first, second) == 0) {
            throw Trial.fault("Two adapters with different parameters give the same outputs.", STATE);
        }
    }

    static <C extends Record> void names(Trial<C> trial) {
        float[] one = trial.logits(trial.moved(trial.base(), "one", 1));
        float[] two = trial.logits(trial.moved(trial.base(), "a.much-longer name", 1));
        if (Trial.difference(one, two) != 0) {
            throw Trial.fault("With another name for the adapter the outputs are others.", STATE);
        }
    }
}
