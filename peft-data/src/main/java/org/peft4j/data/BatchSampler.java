package org.peft4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.peft4j.api.PeftException;

/**
 * Endless batches in epochs: every epoch has every example once, in an order of its own that follows from the seed and the
 * epoch's number alone. A batch takes the next examples of that order until one doesn't fit; an epoch's last one may be smaller. Not
 * thread-safe.
 */
public final class BatchSampler {
    /** Batches among which examples of one length are gathered; more makes purer batches and less random epochs. */
    private static final int GROUPED = 50;

    private final List<Example> examples;
    private final BatchSize batchSize;
    private final long seed;
    private final boolean groupByLength;
    private long epoch;
    private int batch;
    private List<int[]> order;

    /**
     * Where a sampler stands; for a checkpoint.
     *
     * @param examples the number of examples
     * @param batchSize what a batch takes
     * @param seed the seed
     * @param groupByLength whether batches gather examples of one length
     * @param epoch the epoch of the next batch, from 0
     * @param batch the next batch's number in it, from 0
     */
    public record State(int examples, BatchSize batchSize, long seed, boolean groupByLength, long epoch, int batch) {}

    /**
     * Starts at the first epoch.
     *
     * @param examples at least one
     * @param batchSize what a batch takes
     * @param groupByLength whether to gather examples of like length in one batch: less work lost where batches are of one
     *     length, at the price of less random batches
     * @throws PeftException {@code data-too-long} if an example doesn't fit into a batch
     */
    public BatchSampler(List<Example> examples, BatchSize batchSize, long seed, boolean groupByLength) {
        if (examples.isEmpty()) {
            throw new IllegalArgumentException("at least one example");
        }
        batchSize.requireRoom(examples);
        this.examples = List.copyOf(examples);
        this.batchSize = batchSize;
        this.seed = seed;
        this.groupByLength = groupByLength;
        this.order = order(0);
    }

    /** The next batch, of at least one example. */
    public List<Example> next() {
        if (batch == order.size()) {
            epoch++;
            batch = 0;
            order = order(epoch);
        }
        return Arrays.stream(order.get(batch++)).mapToObj(examples::get).toList();
    }

    /** The number of batches of the epoch it is in; by tokens, epochs differ a little, for each has another order. */
    public int batchesPerEpoch() {
        return order.size();
    }

    /** How many epochs the batches given so far make up. */
    public double epochsDone() {
        return epoch + (double) batch / order.size();
    }

    /** Where it stands. */
    public State state() {
        return new State(examples.size(), batchSize, seed, groupByLength, epoch, batch);
    }

    /**
     * Goes on where another one stood.
     *
     * @throws PeftException if that one had other examples or settings, so that its order is not this one's
     */
    public void restore(State state) {
        State own = new State(examples.size(), batchSize, seed, groupByLength, state.epoch(), state.batch());
        if (!own.equals(state) || state.epoch() < 0 || state.batch() < 0 || state.batch() > order.size()) {
            throw PeftException.of(
                    "data-resume",
                    "The data can't be gone on with: it stood at " + state + ", but now there are " + examples.size()
                            + " examples in batches of " + batchSize.most() + " "
                            + batchSize.type().name().toLowerCase(Locale.ROOT) + " with seed " + seed + ".",
                    "Use the data, the batch size and the seed of the run that is resumed.");
        }
        epoch = state.epoch();
        batch = state.batch();
        order = order(epoch);
    }

    private List<int[]> order(long which) {
        SplittableRandom random = new SplittableRandom(mix(seed + mix(which)));
        int[] all = IntStream.range(0, examples.size()).toArray();
        for (int i = all.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = all[i];
            all[i] = all[j];
            all[j] = swapped;
        }
        if (!groupByLength) {
            return batches(all);
        }
        List<int[]> grouped = batches(gatherLengths(all));
        for (int i = grouped.size() - 1; i > 0; i--) {
            Collections.swap(grouped, i, random.nextInt(i + 1));
        }
        return grouped;
    }

    private int[] gatherLengths(int[] shuffled) {
        long all = examples.stream().mapToLong(batchSize::of).sum();
        // As many examples as the batches have on average.
        long grouped = Math.max(1, (long) ((double) GROUPED * batchSize.most() * shuffled.length / all));
        int span = (int) Math.min(shuffled.length, grouped);
        return IntStream.range(0, (shuffled.length + span - 1) / span)
                .mapToObj(g -> Arrays.copyOfRange(shuffled, g * span, Math.min(shuffled.length, (g + 1) * span)))
                .flatMap(g -> Arrays.stream(g).boxed().sorted((a, b) -> Integer.compare(length(b), length(a))))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private int length(int example) {
        return examples.get(example).length();
    }

    private List<int[]> batches(int[] all) {
        List<int[]> batches = new ArrayList<>();
        int from = 0;
        long taken = 0;
        for (int i = 0; i < all.length; i++) {
            int more = batchSize.of(examples.get(all[i]));
            if (taken + more > batchSize.most()) {
                batches.add(Arrays.copyOfRange(all, from, i));
                from = i;
                taken = 0;
            }
            taken += more;
        }
        batches.add(Arrays.copyOfRange(all, from, all.length));
        return batches;
    }

    /** Neighbouring seeds and epochs must not give shifted copies of one stream (Stafford's 13th mixer). */
    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
        return b ^ (b >>> 31);
    }
}
