package org.peft4j.lora;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.peft4j.api.Setting;
import org.peft4j.api.Targets;

/**
 * The settings of LoRA. {@link #builder()} starts from the defaults.
 *
 * <p>The patterns of {@code rankPattern} and {@code alphaPattern} are regular expressions that match the end of a module's path
 * from a dot on; the first that matches counts.
 *
 * @param rank rank r of the update, at least 1
 * @param alpha the update is scaled by {@code alpha / rank}
 * @param dropout probability of dropping an element of the adapter's input in training, in [0, 1)
 * @param targetModules the linear layers that get an adapter
 * @param excludeModules modules that get none although they are targets
 * @param layers indices of the layers that get adapters, from 0; empty for all
 * @param rankPattern other ranks for some modules
 * @param alphaPattern other alphas for some modules
 * @param rslora whether the scale is {@code alpha / sqrt(rank)} (Kalajdzievski 2023)
 * @param init how A starts
 * @param dora whether direction and magnitude are trained apart (DoRA, Liu et al. 2024)
 * @param modulesToSave modules trained as a whole and saved with the adapter, by the endings of their paths
 * @param learningRateRatio how much faster B learns than A (LoRA+, Hayou et al. 2024), above 0
 */
public record LoraConfig(
        @Setting(help = "Rank of the low-rank update, at least 1.", value = "8")
        int rank,

        @Setting(help = "The update is scaled by alpha / rank; above 0.", value = "16.0")
        double alpha,

        @Setting(
                help = "Probability of dropping elements of the adapter's input in training, in [0, 1).",
                value = "0.0")
        double dropout,

        @Setting(
                help = "Linear layers that get an adapter: path endings, one regular expression, or all-linear.",
                value = "[q_proj, v_proj]")
        Targets targetModules,

        @Setting(help = "Targets that get none after all: path endings or one regular expression.", value = "[]")
        Targets excludeModules,

        @Setting(help = "Indices from 0 of the layers that get adapters; empty for all.", value = "[]")
        List<Integer> layers,

        @Setting(help = "Other ranks, by a regular expression for the end of a module's path.", value = "{}")
        Map<String, Integer> rankPattern,

        @Setting(help = "Other alphas, by a regular expression for the end of a module's path.", value = "{}")
        Map<String, Double> alphaPattern,

        @Setting(help = "Scale by alpha / sqrt(rank) instead (rank-stabilized LoRA).", value = "false")
        boolean rslora,

        @Setting(
                help = "How A starts: kaiming (uniform, bound 1/sqrt(in)) or gaussian (std 1/rank).",
                value = "kaiming")
        LoraInit init,

        @Setting(help = "Train each row's magnitude apart from its direction (DoRA).", value = "false")
        boolean dora,

        @Setting(help = "Modules trained as a whole and saved with the adapter, e.g. [embed_tokens].", value = "[]")
        List<String> modulesToSave,

        @Setting(help = "Learning rate of B relative to that of A (LoRA+); above 0.", value = "1.0")
        double learningRateRatio) {

    /** Refuses values that make no sense on any model, and copies the collections. */
    public LoraConfig {
        layers = List.copyOf(layers);
        modulesToSave = List.copyOf(modulesToSave);
        rankPattern = Collections.unmodifiableMap(new LinkedHashMap<>(rankPattern));
        alphaPattern = Collections.unmodifiableMap(new LinkedHashMap<>(alphaPattern));
        require(rank >= 1, "rank is " + rank + ", but has to be at least 1");
        require(positive(alpha), "alpha is " + alpha + ", but has to be above 0");
        require(dropout >= 0 && dropout < 1, "dropout is " + dropout + ", but has to be at least 0 and below 1");
        require(!targetModules.isEmpty(), "target-modules names no module; name some, or all-linear");
        require(
                !excludeModules.equals(Targets.allLinear()),
                "exclude-modules is all-linear, which leaves nothing to adapt; name the modules to leave out");
        for (int layer : layers) {
            require(layer >= 0, "layers contains " + layer + ", but layers are counted from 0");
        }
        boolean regex = !targetModules.expression().isEmpty() && !targetModules.equals(Targets.allLinear());
        require(
                layers.isEmpty() || !regex,
                "layers cannot be combined with a regular expression in target-modules; write the layer's number into the"
                        + " expression, for example .*layers\\.(0|1)\\..*q_proj");
        rankPattern.forEach((pattern, r) -> {
            checkPattern("rank-pattern", pattern);
            require(r >= 1, "rank-pattern gives " + pattern + " rank " + r + ", but a rank has to be at least 1");
        });
        alphaPattern.forEach((pattern, a) -> {
            checkPattern("alpha-pattern", pattern);
            require(positive(a), "alpha-pattern gives " + pattern + " alpha " + a + ", but alpha has to be above 0");
        });
        for (String module : modulesToSave) {
            require(!module.isBlank(), "modules-to-save contains an empty name");
        }
        require(positive(learningRateRatio), "learning-rate-ratio is " + learningRateRatio + ", but has to be above 0");
    }

    /** Rank 8, alpha 16, on the query and value projections of every layer. */
    public static LoraConfig defaults() {
        return builder().build();
    }

    /** Starts from the defaults. */
    public static LoraConfigBuilder builder() {
        return new LoraConfigBuilder();
    }

    /** Starts from these settings. */
    public LoraConfigBuilder toBuilder() {
        return new LoraConfigBuilder(this);
    }

    private static boolean positive(double value) {
        return value > 0 && value < Double.POSITIVE_INFINITY;
    }

    private static void checkPattern(String setting, String pattern) {
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    setting + ": '" + pattern + "' is not a regular expression: " + e.getDescription(), e);
        }
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
