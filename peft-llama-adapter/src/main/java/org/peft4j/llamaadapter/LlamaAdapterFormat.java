package org.peft4j.llamaadapter;

import java.util.LinkedHashMap;
import java.util.Map;
import org.peft4j.api.AdapterEntries;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.ModelShape;

/** LLaMA-Adapter's entries as HuggingFace peft 0.21 writes them; a gate per head, which peft lacks, has an entry of its own. */
final class LlamaAdapterFormat implements AdapterFormat<LlamaAdapterConfig> {
    private static final String FORM = "adaption_gate_form";
    private static final String PER_HEAD = "per-head";

    @Override
    public String peftType() {
        return "ADAPTION_PROMPT";
    }

    @Override
    public boolean readByPeft(LlamaAdapterConfig config) {
        return config.gate() == Gate.SCALAR;
    }

    @Override
    public Map<String, Object> write(LlamaAdapterConfig config, ModelShape model) {
        Map<String, Object> entries = new LinkedHashMap<>();
        entries.put("adapter_layers", config.adapterLayers() == 0 ? model.layers() : config.adapterLayers());
        entries.put("adapter_len", config.adapterLength());
        entries.put("target_modules", "self_attn");
        if (config.gate() == Gate.PER_HEAD) {
            entries.put(FORM, PER_HEAD);
        }
        return entries;
    }

    @Override
    public LlamaAdapterConfig read(Map<String, Object> file, ModelShape model) {
        AdapterEntries entries = AdapterEntries.of("llama-adapter", file);
        return entries.read(() -> {
            if (!entries.text("target_modules", "self_attn").equals("self_attn")) {
                throw entries.unsupported("target_modules", "the prompt belongs to self_attn");
            }
            String form = entries.text(FORM, "");
            if (!form.isEmpty() && !form.equals(PER_HEAD)) {
                throw entries.unsupported(FORM, "");
            }
            return new LlamaAdapterConfig(
                    entries.integer("adapter_len"),
                    entries.integer("adapter_layers"),
                    form.isEmpty() ? Gate.SCALAR : Gate.PER_HEAD);
        });
    }
}
