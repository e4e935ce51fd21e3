package org.peft4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.peft4j.api.PeftException;
import org.peft4j.engine.KeyValueCache;
import org.peft4j.engine.Tape;
import org.peft4j.engine.Tensor;

/**
 * Continues many requests at once, each with adapters of its own on one base. The base's products are made for all of them together,
 * hooks on their own rows. Models that keep tensors of the base in another form, or train them, run by themselves.
 *
 * <p>Runs are repeatable: the same requests, seed, machine and number of threads give the same tokens. What a request gives does not
 * depend on the others but for the rounding of sums in fp32.
 */
public final class BatchGenerator {
    /** Tokens of prompts that pass the layers at once: bounds the memory of activations. */
    private static final int BLOCK = 1024;

    private final Sampling sampling;
    private final Set<Integer> stops;
    private final boolean repacking;

    private BatchGenerator(Sampling sampling, Set<Integer> stops, boolean repacking) {
        this.sampling = sampling;
        this.stops = Set.copyOf(stops);
        this.repacking = repacking;
    }

    /**
     * Prepares generation.
     *
     * @param stops tokens that end a sequence, where the sampling says so
     */
    public BatchGenerator(Sampling sampling, Set<Integer> stops) {
        this(sampling, stops, true);
    }

    /** The same without a second copy of weights in bfloat16: slower, for use now and then beside training. */
    public BatchGenerator lean() {
        return new BatchGenerator(sampling, stops, false);
    }

    /**
     * What is to be continued.
     *
     * @param model base and adapters; of one base with all other requests
     * @param prompt token ids, at least one, with a begin-of-sequence token where the model wants one
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Request(AdaptedModel model, int[] prompt) {}

    /** Sequences of one pass: a first one has the virtual tokens in front. */
    private record Alike(List<WeightedAdapter> adapters, boolean first) {}

    /** A sequence in the making. */
    private static final class Open {
        final int index;
        final AdaptedModel model;
        final KeyValueCache cache;
        final SplittableRandom random;
        final int most;
        final int[] made;
        int count;
        int[] fresh;
        boolean ended;

        Open(int index, Request request, int most, KeyValueCache cache, SplittableRandom random) {
            this.index = index;
            this.model = request.model;
            this.fresh = request.prompt;
            this.most = most;
            this.made = new int[most];
            this.cache = cache;
            this.random = random;
        }

        /** Whether a pass of it may be one with others'. */
        boolean shares() {
            return model.sharesBase() && (cache.length() > 0 || model.virtualTokens() == 0);
        }
    }

    /**
     * Continues each request.
     *
     * @return the new tokens of each, without the end-of-sequence token; fewer than asked for where the context is full
     * @throws PeftException {@code context-exceeded} if a prompt leaves no room in its model's context
     */
    public List<int[]> generate(List<Request> requests, Generator.Listener listener) {
        List<Open> all = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            all.add(open(i, requests.get(i)));
        }
        for (int from = 0; from < all.size(); ) {
            int to = from;
            for (int rows = 0; to < all.size() && (to == from || rows + all.get(to).fresh.length <= BLOCK); to++) {
                rows += all.get(to).fresh.length;
            }
            List<Open> some = all.subList(from, to);
            some.forEach(this::shorten);
            step(some, listener);
            from = to;
        }
        List<Open> open = new ArrayList<>(all);
        open.removeIf(o -> o.ended);
        while (!open.isEmpty()) {
            step(open, listener);
            open.removeIf(o -> o.ended);
        }
        return all.stream().map(o -> Arrays.copyOf(o.made, o.count)).toList();
    }

    private Open open(int index, Request request) {
        int room = request.model.room();
        int length = request.prompt.length;
        if (length == 0 || length >= room) {
            throw PeftException.of(
                    "context-exceeded",
                    "prompt " + (index + 1) + " has " + length + " tokens; the model's context has room for 1 to "
                            + (room - 1),
                    "Shorten the prompt.");
        }
        BaseModel base = request.model.base();
        int most = Math.min(sampling.maxNewTokens(), room - length);
        int expected = request.model.virtualTokens() + length + most;
        KeyValueCache cache =
                new KeyValueCache(base.shape().layers(), base.shape().kvWidth(), expected);
        SplittableRandom random = new SplittableRandom(sampling.seed() + 0x9E3779B97F4A7C15L * index);
        return new Open(index, request, most, cache, random);
    }

    private Tape tape(BaseModel base) {
        return repacking ? base.engine().generating() : base.engine().tape(false, false, 0);
    }

    /** Puts the front of a long prompt into the cache, block by block. */
    private void shorten(Open o) {
        while (o.fresh.length > BLOCK) {
            try (Tape tape = tape(o.model.base())) {
                int[] front = Arrays.copyOf(o.fresh, BLOCK);
                new ForwardRun(o.model, tape).lastHidden(Batch.ofTokens(List.of(front)), List.of(o.cache));
            }
            o.fresh = Arrays.copyOfRange(o.fresh, BLOCK, o.fresh.length);
        }
    }

    /** One more token of each. */
    private void step(List<Open> open, Generator.Listener listener) {
        Map<List<WeightedAdapter>, List<Open>> shared = new LinkedHashMap<>();
        Map<Alike, List<Open>> apart = new LinkedHashMap<>();
        for (Open o : open) {
            List<Open> own = o.shares()
                    ? shared.computeIfAbsent(o.model.weighted(), k -> new ArrayList<>())
                    : apart.computeIfAbsent(
                            new Alike(o.model.weighted(), o.cache.length() == 0), k -> new ArrayList<>());
            own.add(o);
        }
        if (!shared.isEmpty()) {
            run(shared.values(), listener);
        }
        for (List<Open> alike : apart.values()) {
            run(List.of(alike), listener);
        }
    }

    private void run(Iterable<List<Open>> groups, Generator.Listener listener) {
        List<Open> order = new ArrayList<>();
        List<SharedLayer.Part> parts = new ArrayList<>();
        for (List<Open> alike : groups) {
            int first = order.size();
            order.addAll(alike);
            parts.add(new SharedLayer.Part(alike.get(0).model, first, order.size()));
        }
        Batch fresh = Batch.ofTokens(order.stream().map(o -> o.fresh).toList());
        List<KeyValueCache> caches = order.stream().map(o -> o.cache).toList();
        AdaptedModel first = parts.get(0).model();
        try (Tape tape = tape(first.base())) {
            Tensor logits = parts.size() == 1
                    ? new ForwardRun(first, tape).lastLogits(fresh, caches)
                    : new SharedRun(AdaptedModel.of(first.base()), tape, parts).lastLogits(fresh, caches);
            float[] row = new float[logits.width()];
            for (int i = 0; i < order.size(); i++) {
                logits.row(i, row);
                choose(order.get(i), row, listener);
            }
        }
    }

    private void choose(Open o, float[] logits, Generator.Listener listener) {
        int id = sampling.choose(logits, o.random);
        if (sampling.stopAtEos() && stops.contains(id)) {
            o.ended = true;
            return;
        }
        o.fresh = new int[] {id};
        o.made[o.count++] = id;
        o.ended = o.count == o.most;
        listener.token(o.index, id);
    }
}
