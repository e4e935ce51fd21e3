package org.peft4j.lora;

import java.util.List;
import java.util.Map;
import org.peft4j.api.Targets;

/** Builds {@link LoraConfig}; every setting has a method of its name. Values are checked by {@link #build}. */
public final class LoraConfigBuilder {
    private int rank = 8;
    private double alpha = 16;
    private double dropout;
    private Targets targetModules = Targets.of("q_proj", "v_proj");
    private Targets excludeModules = Targets.none();
    private List<Integer> layers = List.of();
    private Map<String, Integer> rankPattern = Map.of();
    private Map<String, Double> alphaPattern = Map.of();
    private boolean rslora;
    private LoraInit init = LoraInit.KAIMING;
    private boolean dora;
    private List<String> modulesToSave = List.of();
    private double learningRateRatio = 1;

    LoraConfigBuilder() {}

    LoraConfigBuilder(LoraConfig config) {
        rank = config.rank();
        alpha = config.alpha();
        dropout = config.dropout();
        targetModules = config.targetModules();
        excludeModules = config.excludeModules();
        layers = config.layers();
        rankPattern = config.rankPattern();
        alphaPattern = config.alphaPattern();
        rslora = config.rslora();
        init = config.init();
        dora = config.dora();
        modulesToSave = config.modulesToSave();
        learningRateRatio = config.learningRateRatio();
    }

    /** Rank of the update, at least 1. */
    public LoraConfigBuilder rank(int value) {
        rank = value;
        return this;
    }

    /** Numerator of the update's scale, above 0. */
    public LoraConfigBuilder alpha(double value) {
        alpha = value;
        return this;
    }

    /** Dropout probability of the adapter's input, in [0, 1). */
    public LoraConfigBuilder dropout(double value) {
        dropout = value;
        return this;
    }

    /** The layers that get an adapter. */
    public LoraConfigBuilder targetModules(Targets value) {
        targetModules = value;
        return this;
    }

    /** The layers that get an adapter, by the endings of their paths. */
    public LoraConfigBuilder targetModules(String... suffixes) {
        return targetModules(Targets.of(suffixes));
    }

    /** Targets that get none after all. */
    public LoraConfigBuilder excludeModules(Targets value) {
        excludeModules = value;
        return this;
    }

    /** Indices from 0 of the layers that get adapters; empty for all. */
    public LoraConfigBuilder layers(List<Integer> value) {
        layers = value;
        return this;
    }

    /** Other ranks for modules whose path ends as a pattern says. */
    public LoraConfigBuilder rankPattern(Map<String, Integer> value) {
        rankPattern = value;
        return this;
    }

    /** Other alphas for modules whose path ends as a pattern says. */
    public LoraConfigBuilder alphaPattern(Map<String, Double> value) {
        alphaPattern = value;
        return this;
    }

    /** Whether to scale by {@code alpha / sqrt(rank)}. */
    public LoraConfigBuilder rslora(boolean value) {
        rslora = value;
        return this;
    }

    /** How A starts. */
    public LoraConfigBuilder init(LoraInit value) {
        init = value;
        return this;
    }

    /** Whether to train magnitudes apart from directions. */
    public LoraConfigBuilder dora(boolean value) {
        dora = value;
        return this;
    }

    /** Modules trained as a whole, by the endings of their paths. */
    public LoraConfigBuilder modulesToSave(List<String> value) {
        modulesToSave = value;
        return this;
    }

    /** Learning rate of B relative to A's, above 0. */
    public LoraConfigBuilder learningRateRatio(double value) {
        learningRateRatio = value;
        return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException if a value makes no sense, with a sentence that says why
     */
    public LoraConfig build() {
        return new LoraConfig(
                rank,
                alpha,
                dropout,
                targetModules,
                excludeModules,
                layers,
                rankPattern,
                alphaPattern,
                rslora,
                init,
                dora,
                modulesToSave,
                learningRateRatio);
    }
}
