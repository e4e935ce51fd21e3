package org.peft4j.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.peft4j.api.AttentionHook;
import org.peft4j.api.BaseParam;
import org.peft4j.api.LinearHook;
import org.peft4j.api.PeftException;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.StreamHook;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.FrozenMatrix;
import org.peft4j.engine.Tape;
import org.peft4j.engine.Tensor;

/**
 * A base model with the adapters that are active on it, in the order in which their hooks nest (the last one outermost). Cheap to
 * make: switching adapters is making another one over the same base. Safe for use by several threads while no adapter is trained.
 */
public final class AdaptedModel {
    private final BaseModel base;
    private final List<Adapter> adapters;
    private final List<WeightedAdapter> weighted;
    private final int recomputedLayers;
    private final Map<Site, List<LinearHook>> linearHooks = new ConcurrentHashMap<>();
    private final Map<Site, List<AttentionHook>> attentionHooks = new ConcurrentHashMap<>();
    private final Map<Site, List<StreamHook>> streamHooks = new ConcurrentHashMap<>();

    private AdaptedModel(BaseModel base, List<WeightedAdapter> given, int recomputedLayers) {
        this.base = base;
        this.recomputedLayers = recomputedLayers;
        this.weighted = given.stream().filter(w -> w.weight() != 0).toList();
        this.adapters = weighted.stream().map(WeightedAdapter::adapter).toList();
        if (adapters.stream().map(Adapter::name).distinct().count() < adapters.size()) {
            throw PeftException.of(
                    "duplicate-adapter",
                    "two active adapters have one name: "
                            + adapters.stream().map(Adapter::name).toList(),
                    "Give each adapter a name of its own.");
        }
    }

    /** The base with these adapters; with none it is the plain base. */
    public static AdaptedModel of(BaseModel base, Adapter... adapters) {
        return of(base, List.of(adapters));
    }

    /** The base with these adapters. */
    public static AdaptedModel of(BaseModel base, List<Adapter> adapters) {
        return weighted(base, adapters.stream().map(WeightedAdapter::whole).toList());
    }

    /**
     * The base with weighted adapters. What a hook makes of the layer (or attention, or sub-layer) inside it counts by its adapter's
     * weight: {@code base + weight * (hook - base)}. Adapters that add something to a linear layer (LoRA) thus add up to the weighted
     * sum of what each adds alone. An adapter of weight 0 is as if it were not given: neither does it take positions of the context,
     * nor is its storage of the base's weights used.
     */
    public static AdaptedModel weighted(BaseModel base, List<WeightedAdapter> adapters) {
        return new AdaptedModel(base, adapters, 0);
    }

    /**
     * The same, but training keeps of each layer only what goes into it and runs the layer again in the backward pass (gradient
     * checkpointing): the same bits with far less memory, for the time of most of a second way forward through the layers.
     */
    public AdaptedModel recomputing() {
        return recomputing(0);
    }

    /**
     * As {@link #recomputing()}, of the lowest layers only: memory falls and time grows with each of them alike. Layers below all that
     * is trained keep nothing anyway and don't count.
     *
     * @param layers how many; 0 for all
     * @throws PeftException {@code config-value} if the model has fewer layers
     */
    public AdaptedModel recomputing(int layers) {
        int all = base.shape().layers();
        if (layers < 0 || layers > all) {
            throw PeftException.of(
                    "config-value",
                    layers + " layers are to be checkpointed, but the model has " + all,
                    "Give a number from 1 to " + all + ", or 0 for all layers.");
        }
        return new AdaptedModel(base, weighted, layers == 0 ? all : layers);
    }

    /** How many layers, from the lowest one that keeps something, are run again in the backward pass. */
    int recomputedLayers() {
        return recomputedLayers;
    }

    /** The base. */
    public BaseModel base() {
        return base;
    }

    /** The active adapters: those whose weight is not 0. */
    public List<Adapter> adapters() {
        return adapters;
    }

    /**
     * The loss of a batch, and its gradients added to those of the adapters' parameters.
     *
     * @param weight what each predicted token counts; 1 / (number of predicted tokens of the step) gives the mean
     * @param seed of this run's dropout
     * @return the unweighted sum over predicted tokens, in nats, without penalties
     */
    public double lossAndGradients(Batch batch, double weight, long seed) {
        return lossAndGradients(batch, weight, seed, () -> {});
    }

    /** The same, which tells when the way forward is done: the layers, and the loss with the output head's gradient. */
    public double lossAndGradients(Batch batch, double weight, long seed, Runnable forwardDone) {
        try (Tape tape = base.engine().tape(true, true, seed)) {
            ForwardRun run = new ForwardRun(this, tape);
            double[] total = new double[1];
            Tensor loss = run.loss(batch, (float) weight, total);
            forwardDone.run();
            tape.backward(loss);
            return total[0];
        }
    }

    /**
     * The memory of the base's weights that this model computes with, in bytes: those it keeps encoded or converted, and those
     * that are mapped and thus become resident as they are read. Weights that an adapter replaces don't count.
     */
    public long frozenBytes() {
        Set<FrozenMatrix> matrices = new HashSet<>();
        Set<String> linear = new HashSet<>();
        for (Site site : base.shape().sites(Role.Kind.LINEAR)) {
            linear.add(base.weightKey(site));
            if (unfrozen(base.weightKey(site)) == null) {
                matrices.add(matrix(site));
            }
        }
        long vectors = 0;
        for (BaseParam p : base.shape().parameters()) {
            boolean vector = p.shape().dimensions().size() == 1;
            if (vector && unfrozen(p.path()) == null) {
                vectors += 4 * p.shape().size();
            } else if (!vector && !linear.contains(p.path()) && unfrozen(p.path()) == null) {
                matrices.add(base.matrix(p.path()));
            }
        }
        return vectors + matrices.stream().mapToLong(FrozenMatrix::bytes).sum();
    }

    /**
     * What {@link #lossAndGradients} differentiates, for checking it: the weighted sum over predicted tokens with penalties.
     *
     * @param weight what each predicted token counts
     * @param seed of this run's dropout
     */
    public double trainingLoss(Batch batch, double weight, long seed) {
        try (Tape tape = base.engine().tape(false, true, seed)) {
            return new ForwardRun(this, tape)
                    .loss(batch, (float) weight, new double[1])
                    .toArray()[0];
        }
    }

    /** The loss of a batch without dropout: the sum over predicted tokens, in nats. */
    public double loss(Batch batch) {
        try (Tape tape = base.engine().tape(false, false, 0)) {
            double[] total = new double[1];
            new ForwardRun(this, tape).loss(batch, 1f, total);
            return total[0];
        }
    }

    /**
     * The logits of every position of one sequence.
     *
     * @return [tokens][vocabulary]
     */
    public float[][] logits(int[] tokens) {
        try (Tape tape = base.engine().tape(false, false, 0)) {
            Tensor logits = new ForwardRun(this, tape).logits(Batch.ofTokens(List.of(tokens)));
            float[] flat = logits.toArray();
            float[][] rows = new float[tokens.length][];
            int width = flat.length / tokens.length;
            for (int i = 0; i < rows.length; i++) {
                rows[i] = java.util.Arrays.copyOfRange(flat, i * width, (i + 1) * width);
            }
            return rows;
        }
    }

    /** How many tokens of a text the model's context has room for beside what the adapters take of it. */
    public int room() {
        return base.shape().maxPositions() - virtualTokens() - positionOffset();
    }

    /** How many virtual tokens the adapters put before each text. */
    public int virtualTokens() {
        return adapters.stream().mapToInt(a -> a.virtualTokenCount).sum();
    }

    /** The adapters with their weights: equal where two models do the same. */
    List<WeightedAdapter> weighted() {
        return weighted;
    }

    /** Whether every frozen tensor is the base's own, so that its products may be made for other models on this base, too. */
    boolean sharesBase() {
        return adapters.stream().allMatch(a -> a.storage.isEmpty() && a.unfrozen.isEmpty());
    }

    int positionOffset() {
        return adapters.stream().mapToInt(a -> a.positionOffset).sum();
    }

    List<LinearHook> linearHooks(Site site) {
        return linearHooks.computeIfAbsent(site, this::findLinearHooks);
    }

    private List<LinearHook> findLinearHooks(Site site) {
        List<LinearHook> all = new ArrayList<>();
        for (WeightedAdapter w : weighted) {
            w.adapter()
                    .linear
                    .getOrDefault(site, List.of())
                    .forEach(h -> all.add(w.weight() == 1 ? h : WeightedHooks.linear(h, w.weight())));
        }
        return all;
    }

    List<AttentionHook> attentionHooks(Site site) {
        return attentionHooks.computeIfAbsent(site, this::findAttentionHooks);
    }

    private List<AttentionHook> findAttentionHooks(Site site) {
        List<AttentionHook> all = new ArrayList<>();
        for (WeightedAdapter w : weighted) {
            w.adapter()
                    .attention
                    .getOrDefault(site, List.of())
                    .forEach(h -> all.add(w.weight() == 1 ? h : WeightedHooks.attention(h, w.weight())));
        }
        return all;
    }

    List<StreamHook> streamHooks(Site site) {
        return streamHooks.computeIfAbsent(site, this::findStreamHooks);
    }

    private List<StreamHook> findStreamHooks(Site site) {
        List<StreamHook> all = new ArrayList<>();
        for (WeightedAdapter w : weighted) {
            w.adapter()
                    .stream
                    .getOrDefault(site, List.of())
                    .forEach(h -> all.add(w.weight() == 1 ? h : WeightedHooks.stream(h, w.weight())));
        }
        return all;
    }

    /** The trainable tensor that stands in for a tensor of the base, or null; the adapter installed last wins. */
    EngineParam unfrozen(String key) {
        EngineParam found = null;
        for (Adapter a : adapters) {
            found = a.unfrozen.getOrDefault(key, found);
        }
        return found;
    }

    FrozenMatrix matrix(Site site) {
        FrozenMatrix found = null;
        for (Adapter a : adapters) {
            found = a.storage.getOrDefault(site, found);
        }
        return found == null ? base.matrix(base.weightKey(site)) : found;
    }

    Tensor vector(String key) {
        EngineParam own = unfrozen(key);
        return own == null ? base.vector(key) : own;
    }
}
