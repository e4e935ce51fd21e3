package org.peft4j.prefix;

import java.util.LinkedHashMap;
import java.util.Map;
import org.peft4j.api.AdapterEntries;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.ModelShape;

/** Prefix tuning's entries as HuggingFace peft 0.21 writes them. */
final class PrefixFormat implements AdapterFormat<PrefixConfig> {
    @Override
    public String peftType() {
        return "PREFIX_TUNING";
    }

    @Override
    public boolean readByPeft(PrefixConfig config) {
        return true;
    }

    @Override
    public Map<String, Object> write(PrefixConfig config, ModelShape model) {
        Map<String, Object> entries = new LinkedHashMap<>();
        boolean sized = config.projection() && config.projectionSize() > 0;
        entries.put("encoder_hidden_size", sized ? config.projectionSize() : model.kvWidth());
        entries.put("init_weights", config.init() == PrefixInit.ZERO ? "zero" : null);
        entries.put("modules_to_save", null);
        entries.put("num_attention_heads", model.kvHeads());
        entries.put("num_layers", model.layers());
        entries.put("num_transformer_submodules", 1);
        entries.put("num_virtual_tokens", config.virtualTokens());
        entries.put("prefix_projection", config.projection());
        entries.put("token_dim", model.kvWidth());
        return entries;
    }

    /** A projected prefix is saved as its result, so what is read has no projection. */
    @Override
    public PrefixConfig read(Map<String, Object> file, ModelShape model) {
        AdapterEntries entries = AdapterEntries.of("prefix", file);
        entries.ignore("encoder_hidden_size", "prefix_projection", "init_weights");
        return entries.read(() -> {
            fits(entries, "num_layers", model.layers());
            fits(entries, "num_attention_heads", model.kvHeads());
            fits(entries, "token_dim", model.kvWidth());
            fits(entries, "num_transformer_submodules", 1);
            return PrefixConfig.defaults().withVirtualTokens(entries.integer("num_virtual_tokens"));
        });
    }

    private static void fits(AdapterEntries entries, String key, int own) {
        if (entries.integer(key, own) != own) {
            throw entries.unsupported(key, "this model's is " + own);
        }
    }
}
