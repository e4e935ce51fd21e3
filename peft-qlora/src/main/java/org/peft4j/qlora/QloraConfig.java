package org.peft4j.qlora;

import org.peft4j.api.Setting;
import org.peft4j.api.Targets;
import org.peft4j.lora.LoraConfig;

/**
 * The settings of QLoRA.
 *
 * @param lora the adapter on top
 * @param quantizedModules the linear layers whose frozen weights are kept in 4 bits
 * @param doubleQuantization whether the blocks' scales are kept in 8 bits
 */
public record QloraConfig(
        @Setting(help = "The adapter on top: the settings of method lora.", value = "{}")
        LoraConfig lora,

        @Setting(
                help = "Linear layers kept in 4 bits: path endings, one regular expression, or all-linear.",
                value = "all-linear")
        Targets quantizedModules,

        @Setting(
                help = "Keep the scales of the blocks in 8 bits too: 4.13 bits per weight instead of 4.5.",
                value = "true")
        boolean doubleQuantization) {
    /** Refuses values that make no sense on any model. */
    public QloraConfig {
        if (quantizedModules.isEmpty()) {
            throw new IllegalArgumentException(
                    "quantized-modules names no module; name some, or all-linear, or use method lora");
        }
    }

    /** LoRA's defaults over a base all of whose linear layers but the output head are in 4 bits. */
    public static QloraConfig defaults() {
        return of(LoraConfig.defaults());
    }

    /** This adapter over a base all of whose linear layers but the output head are in 4 bits. */
    public static QloraConfig of(LoraConfig lora) {
        return new QloraConfig(lora, Targets.allLinear(), true);
    }

    /** The same with other layers in 4 bits. */
    public QloraConfig withQuantizedModules(Targets modules) {
        return new QloraConfig(lora, modules, doubleQuantization);
    }

    /** The same with or without double quantization. */
    public QloraConfig withDoubleQuantization(boolean on) {
        return new QloraConfig(lora, quantizedModules, on);
    }
}
