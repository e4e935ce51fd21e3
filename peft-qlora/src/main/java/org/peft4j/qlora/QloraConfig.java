package org.peft4j.qlora;

import org.peft4j.api.Setting;
import org.peft4j.api.Targets;
import org.peft4j.lora.LoraConfig;

/**
 * The settings of QLoRA.
 *
 * @param lora the adapter on top
 * @param quantizedModules the linear layers whose frozen weights are quantized
 * @param quantization what they are kept in
 * @param doubleQuantization whether the blocks' scales are kept in 8 bits, for the 4-bit types
 * @param init how the adapter starts
 * @param loftqIterations how often LoftQ quantizes and factors, at least 1
 */
public record QloraConfig(
        @Setting(help = "The adapter on top: the settings of method lora.", value = "{}")
        LoraConfig lora,

        @Setting(
                help = "Linear layers that are quantized: path endings, one regular expression, or all-linear.",
                value = "all-linear")
        Targets quantizedModules,

        @Setting(
                help = "What they are kept in: nf4 or fp4 (4.13 bits per weight) or int8 (8 bits and a scale per row).",
                value = "nf4")
        Quantization quantization,

        @Setting(
                help = "Keep the scales of 4-bit blocks in 8 bits too: 4.13 bits per weight instead of 4.5.",
                value = "true")
        boolean doubleQuantization,

        @Setting(
                help = "How the adapter starts: lora (as its own settings say) or loftq (making up for quantization).",
                value = "lora")
        QloraInit init,

        @Setting(help = "How often loftq quantizes and factors, at least 1.", value = "1")
        int loftqIterations) {
    /** Refuses values that make no sense on any model. */
    public QloraConfig {
        if (quantizedModules.isEmpty()) {
            throw new IllegalArgumentException(
                    "quantized-modules names no module; name some, or all-linear, or use method lora");
        }
        if (loftqIterations < 1 || loftqIterations > 100) {
            throw new IllegalArgumentException(
                    "loftq-iterations is " + loftqIterations + ", but has to be from 1 to 100");
        }
    }

    /** LoRA's defaults over a base all of whose linear layers but the output head are in 4 bits. */
    public static QloraConfig defaults() {
        return of(LoraConfig.defaults());
    }

    /** This adapter over a base all of whose linear layers but the output head are in 4 bits. */
    public static QloraConfig of(LoraConfig lora) {
        return new QloraConfig(lora, Targets.allLinear(), Quantization.NF4, true, QloraInit.LORA, 1);
    }

    /** The same with other layers quantized. */
    public QloraConfig withQuantizedModules(Targets modules) {
        return new QloraConfig(lora, modules, quantization, doubleQuantization, init, loftqIterations);
    }

    /** The same with weights kept in something else. */
    public QloraConfig withQuantization(Quantization kind) {
        return new QloraConfig(lora, quantizedModules, kind, doubleQuantization, init, loftqIterations);
    }

    /** The same with or without double quantization. */
    public QloraConfig withDoubleQuantization(boolean on) {
        return new QloraConfig(lora, quantizedModules, quantization, on, init, loftqIterations);
    }

    /** The same, started by LoftQ. */
    public QloraConfig withLoftq(int iterations) {
        return new QloraConfig(lora, quantizedModules, quantization, doubleQuantization, QloraInit.LOFTQ, iterations);
    }
}
