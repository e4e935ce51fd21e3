package org.peft4j.model;

import java.util.HashSet;
import java.util.Set;
import org.peft4j.api.Role;
import org.peft4j.api.Site;

/** What the frozen weights of a model take. */
public final class ModelMemory {
    private ModelMemory() {}

    /**
     * Bytes of the frozen matrices that one pass of tokens reads: every linear layer's, the output head's included; a second copy in
     * another order is not counted.
     */
    public static long readPerPass(AdaptedModel model) {
        long sum = 0;
        Set<String> seen = new HashSet<>();
        for (Site site : model.base().shape().sites(Role.Kind.LINEAR)) {
            if (seen.add(model.base().weightKey(site))) {
                sum += model.matrix(site).storedBytes();
            }
        }
        return sum;
    }
}
