package org.peft4j.llamaadapter;

import org.peft4j.api.Setting;

/**
 * The settings of LLaMA-Adapter.
 *
 * @param adapterLength length of each layer's prompt, at least 1
 * @param adapterLayers how many layers from the top have one; 0 for all
 * @param gate the form of the gate
 * @param unfreezeNorms whether every norm of the model is trained too (LLaMA-Adapter V2, Gao et al. 2023, section 3.1)
 * @param biasAndScale whether every linear layer but the output head gets a bias and a scale (the same section)
 */
public record LlamaAdapterConfig(
        @Setting(help = "Length of each layer's prompt in tokens, at least 1.", value = "10")
        int adapterLength,

        @Setting(help = "How many layers, from the top, have a prompt; 0 for all.", value = "0")
        int adapterLayers,

        @Setting(
                help = "The gate: scalar (one per layer, as HuggingFace peft) or per-head (tanh, as the paper).",
                value = "scalar")
        Gate gate,

        @Setting(
                help = "Train every RMS norm too (LLaMA-Adapter V2). HuggingFace peft does not read that.",
                value = "false")
        boolean unfreezeNorms,

        @Setting(
                help =
                        "Give every linear layer a bias and a scale (LLaMA-Adapter V2). HuggingFace peft does not read that.",
                value = "false")
        boolean biasAndScale) {
    /** Refuses values that make no sense on any model. */
    public LlamaAdapterConfig {
        if (adapterLength < 1) {
            throw new IllegalArgumentException("adapter-length is " + adapterLength + ", but has to be at least 1");
        }
        if (adapterLayers < 0) {
            throw new IllegalArgumentException("adapter-layers is " + adapterLayers + ", but has to be at least 0");
        }
    }

    /** Ten tokens in every layer, peft's gate. */
    public static LlamaAdapterConfig defaults() {
        return new LlamaAdapterConfig(10, 0, Gate.SCALAR, false, false);
    }

    /** The same with prompts of another length. */
    public LlamaAdapterConfig withAdapterLength(int length) {
        return new LlamaAdapterConfig(length, adapterLayers, gate, unfreezeNorms, biasAndScale);
    }

    /** The same for this many layers from the top; 0 for all. */
    public LlamaAdapterConfig withAdapterLayers(int count) {
        return new LlamaAdapterConfig(adapterLength, count, gate, unfreezeNorms, biasAndScale);
    }

    /** The same with another form of the gate. */
    public LlamaAdapterConfig withGate(Gate form) {
        return new LlamaAdapterConfig(adapterLength, adapterLayers, form, unfreezeNorms, biasAndScale);
    }

    /** The same with both options of LLaMA-Adapter V2: trained norms, and a bias and a scale on every linear layer. */
    public LlamaAdapterConfig withV2() {
        return new LlamaAdapterConfig(adapterLength, adapterLayers, gate, true, true);
    }

    /** Whether only the prompts and their gates are trained. */
    boolean promptsOnly() {
        return !unfreezeNorms && !biasAndScale;
    }
}
