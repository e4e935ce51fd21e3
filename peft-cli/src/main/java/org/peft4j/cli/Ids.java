package org.peft4j.cli;

import org.peft4j.api.PeftException;

/** Token ids that a user gives. */
final class Ids {
    private Ids() {}

    /** Refuses ids that the model has no embedding for. */
    static void check(int[] ids, int vocabulary) {
        for (int id : ids) {
            if (id < 0 || id >= vocabulary) {
                throw PeftException.of(
                        "bad-token-id",
                        "There is no token " + id + ": the model's are 0 to " + (vocabulary - 1) + ".",
                        "Use ids of this model's own tokenizer ('peft tokens').");
            }
        }
    }
}
