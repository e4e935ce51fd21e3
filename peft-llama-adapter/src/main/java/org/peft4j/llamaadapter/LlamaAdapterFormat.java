package org.peft4j.llamaadapter;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.peft4j.api.AdapterEntries;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.ModelShape;

/**
 * LLaMA-Adapter's entries as HuggingFace peft 0.21 writes them. What peft lacks has entries of its own, and another
 * {@code target_modules}: peft, which drops entries and tensors that it doesn't know, then refuses the adapter instead of using half
 * of it.
 */
final class LlamaAdapterFormat implements AdapterFormat<LlamaAdapterConfig> {
    private static final String FORM = "adaption_gate_form";
    private static final String PER_HEAD = "per-head";
    private static final String NORMS = "unfreeze_norms";
    private static final String BIAS_AND_SCALE = "bias_and_scale";
    private static final String TARGET = "self_attn";
    private static final String OWN_TARGET = "self_attn in peft4j's form";

    @Override
    public String peftType() {
        return "ADAPTION_PROMPT";
    }

    @Override
    public boolean readByPeft(LlamaAdapterConfig config) {
        return config.gate() == Gate.SCALAR && config.promptsOnly();
    }

    @Override
    public Map<String, Object> write(LlamaAdapterConfig config, ModelShape model) {
        Map<String, Object> entries = new LinkedHashMap<>();
        entries.put("adapter_layers", config.adapterLayers() == 0 ? model.layers() : config.adapterLayers());
        entries.put("adapter_len", config.adapterLength());
        entries.put("target_modules", readByPeft(config) ? TARGET : OWN_TARGET);
        if (config.gate() == Gate.PER_HEAD) {
            entries.put(FORM, PER_HEAD);
        }
        if (!config.promptsOnly()) {
            entries.put(NORMS, config.unfreezeNorms());
            entries.put(BIAS_AND_SCALE, config.biasAndScale());
        }
        return entries;
    }

    @Override
    public LlamaAdapterConfig read(Map<String, Object> file, ModelShape model) {
        AdapterEntries entries = AdapterEntries.of("llama-adapter", file);
        return entries.read(() -> {
            if (!Set.of(TARGET, OWN_TARGET).contains(entries.text("target_modules", TARGET))) {
                throw entries.unsupported("target_modules", "the prompt belongs to self_attn");
            }
            String form = entries.text(FORM, "");
            if (!form.isEmpty() && !form.equals(PER_HEAD)) {
                throw entries.unsupported(FORM, "");
            }
            return new LlamaAdapterConfig(
                    entries.integer("adapter_len"),
                    entries.integer("adapter_layers"),
                    form.isEmpty() ? Gate.SCALAR : Gate.PER_HEAD,
                    entries.flag(NORMS),
                    entries.flag(BIAS_AND_SCALE));
        });
    }
}
