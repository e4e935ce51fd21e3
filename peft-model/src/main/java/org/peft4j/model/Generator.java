package org.peft4j.model;

import java.util.List;
import java.util.Set;
import org.peft4j.api.PeftException;

/** Continues texts token by token, several at once, with a key/value cache. */
public final class Generator {
    private final AdaptedModel model;
    private final BatchGenerator batches;

    private Generator(AdaptedModel model, BatchGenerator batches) {
        this.model = model;
        this.batches = batches;
    }

    /**
     * Prepares generation.
     *
     * @param stops tokens that end a sequence, where the sampling says so
     */
    public Generator(AdaptedModel model, Sampling sampling, Set<Integer> stops) {
        this(model, new BatchGenerator(sampling, stops));
    }

    /** As {@link BatchGenerator#lean}. */
    public Generator lean() {
        return new Generator(model, batches.lean());
    }

    /** Is told of each token. */
    @FunctionalInterface
    public interface Listener {
        /** Token {@code id} was added to sequence {@code index}. */
        void token(int index, int id);
    }

    /**
     * Continues each prompt.
     *
     * @param prompts token ids, each at least one, with a begin-of-sequence token where the model wants one
     * @return the new tokens of each, without the end-of-sequence token; fewer than asked for where the context is full
     * @throws PeftException if a prompt leaves no room in the model's context
     */
    public List<int[]> generate(List<int[]> prompts, Listener listener) {
        return batches.generate(
                prompts.stream().map(p -> new BatchGenerator.Request(model, p)).toList(), listener);
    }
}
