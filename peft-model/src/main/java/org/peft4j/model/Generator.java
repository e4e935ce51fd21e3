package org.peft4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.peft4j.api.PeftException;
import org.peft4j.engine.KeyValueCache;
import org.peft4j.engine.Tape;

/** Continues texts token by token, several at once, with a key/value cache. */
public final class Generator {
    private final AdaptedModel model;
    private final Sampling sampling;
    private final Set<Integer> stops;

    /**
     * Prepares generation.
     *
     * @param stops tokens that end a sequence, where the sampling says so
     */
    public Generator(AdaptedModel model, Sampling sampling, Set<Integer> stops) {
        this.model = model;
        this.sampling = sampling;
        this.stops = Set.copyOf(stops);
    }

    /** Is told of each token. */
    @FunctionalInterface
    public interface Listener {
        /** Token {@code id} was added to sequence {@code index}. */
        void token(int index, int id);
    }

    /** A sequence in the making. */
    private static final class Open {
        final int index;
        final KeyValueCache cache;
        final SplittableRandom random;
        final List<Integer> made = new ArrayList<>();
        int[] fresh;

        Open(int index, int[] prompt, KeyValueCache cache, long seed) {
            this.index = index;
            this.fresh = prompt;
            this.cache = cache;
            this.random = new SplittableRandom(seed + 0x9E3779B97F4A7C15L * index);
        }
    }

    /**
     * Continues each prompt.
     *
     * @param prompts token ids, each at least one, with a begin-of-sequence token where the model wants one
     * @return the new tokens of each, without the end-of-sequence token; fewer than asked for where the context is full
     * @throws PeftException if a prompt leaves no room in the model's context
     */
    public List<int[]> generate(List<int[]> prompts, Listener listener) {
        int room = model.room();
        List<Open> open = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            open.add(open(i, prompts.get(i), room));
        }
        List<Open> all = List.copyOf(open);
        while (!open.isEmpty()) {
            step(open, listener);
            open.removeIf(o -> o.fresh.length == 0
                    || o.made.size() >= sampling.maxNewTokens()
                    || prompts.get(o.index).length + o.made.size() >= room);
        }
        return all.stream()
                .map(o -> o.made.stream().mapToInt(Integer::intValue).toArray())
                .toList();
    }

    private Open open(int index, int[] prompt, int room) {
        if (prompt.length == 0 || prompt.length >= room) {
            throw PeftException.of(
                    "context-exceeded",
                    "prompt " + (index + 1) + " has " + prompt.length
                            + " tokens; the model's context has room for 1 to " + (room - 1),
                    "Shorten the prompt.");
        }
        int width = model.base().shape().kvWidth();
        int expected = model.virtualTokens() + Math.min(room, prompt.length + sampling.maxNewTokens());
        KeyValueCache cache = new KeyValueCache(model.base().shape().layers(), width, expected);
        return new Open(index, prompt, cache, sampling.seed());
    }

    private void step(List<Open> open, Listener listener) {
        Batch fresh = Batch.ofTokens(open.stream().map(o -> o.fresh).toList());
        List<KeyValueCache> caches = open.stream().map(o -> o.cache).toList();
        float[] logits;
        try (Tape tape = model.base().engine().tape(false, false, 0)) {
            logits = new ForwardRun(model, tape).lastLogits(fresh, caches).toArray();
        }
        int width = logits.length / open.size();
        for (int i = 0; i < open.size(); i++) {
            Open o = open.get(i);
            int id = sampling.choose(Arrays.copyOfRange(logits, i * width, (i + 1) * width), o.random);
            if (sampling.stopAtEos() && stops.contains(id)) {
                o.fresh = new int[0];
            } else {
                o.fresh = new int[] {id};
                o.made.add(id);
                listener.token(o.index, id);
            }
        }
    }
}
