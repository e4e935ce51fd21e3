package org.peft4j.prompt;

import java.util.LinkedHashMap;
import java.util.Map;
import org.peft4j.api.AdapterEntries;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.ModelShape;

/** Prompt tuning's entries as HuggingFace peft 0.21 writes them. */
final class PromptFormat implements AdapterFormat<PromptConfig> {
    @Override
    public String peftType() {
        return "PROMPT_TUNING";
    }

    @Override
    public boolean readByPeft(PromptConfig config) {
        return true;
    }

    @Override
    public Map<String, Object> write(PromptConfig config, ModelShape model) {
        Map<String, Object> entries = new LinkedHashMap<>();
        entries.put("modules_to_save", null);
        entries.put("num_attention_heads", model.heads());
        entries.put("num_layers", model.layers());
        entries.put("num_transformer_submodules", 1);
        entries.put("num_virtual_tokens", config.virtualTokens());
        // A start from text is history once trained, and peft refuses TEXT without the name of a tokenizer.
        entries.put("prompt_tuning_init", "RANDOM");
        entries.put("prompt_tuning_init_text", null);
        entries.put("token_dim", model.hiddenSize());
        entries.put("tokenizer_kwargs", null);
        entries.put("tokenizer_name_or_path", null);
        return entries;
    }

    @Override
    public PromptConfig read(Map<String, Object> file, ModelShape model) {
        AdapterEntries entries = AdapterEntries.of("prompt", file);
        entries.ignore(
                "num_attention_heads",
                "prompt_tuning_init",
                "prompt_tuning_init_text",
                "tokenizer_kwargs",
                "tokenizer_name_or_path");
        return entries.read(() -> {
            fits(entries, "num_layers", model.layers());
            fits(entries, "token_dim", model.hiddenSize());
            fits(entries, "num_transformer_submodules", 1);
            return PromptConfig.defaults().withVirtualTokens(entries.integer("num_virtual_tokens"));
        });
    }

    private static void fits(AdapterEntries entries, String key, int own) {
        if (entries.integer(key, own) != own) {
            throw entries.unsupported(key, "this model's is " + own);
        }
    }
}
