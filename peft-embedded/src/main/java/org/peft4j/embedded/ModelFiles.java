package org.peft4j.embedded;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON files of the embedded checkpoint, in HuggingFace's layout. */
final class ModelFiles {
    static final int VOCABULARY = 2304;
    static final int CONTEXT = 512;

    private static final String UNKNOWN = "<unk>";
    private static final String BEGIN = "<s>";
    private static final String END = "</s>";

    private ModelFiles() {}

    /** Every file but the weights: name to content. */
    static Map<String, String> of(BytePairs pairs) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("config.json", JsonText.indented(config()));
        files.put("generation_config.json", JsonText.indented(map("bos_token_id", 1, "eos_token_id", 2)));
        files.put("special_tokens_map.json", JsonText.indented(specials()));
        files.put("tokenizer_config.json", JsonText.indented(tokenizerConfig()));
        files.put("tokenizer.json", JsonText.indented(tokenizer(pairs)));
        return files;
    }

    /** About 1 million parameters: the least that learns to look values up and to copy them within minutes. */
    private static Map<String, Object> config() {
        Map<String, Object> config = map("architectures", List.of("LlamaForCausalLM"), "model_type", "llama");
        config.putAll(map("vocab_size", VOCABULARY, "hidden_size", 128, "intermediate_size", 352));
        config.putAll(map("num_hidden_layers", 4, "num_attention_heads", 4, "num_key_value_heads", 2, "head_dim", 32));
        config.putAll(map("max_position_embeddings", CONTEXT, "rope_theta", 10000.0, "hidden_act", "silu"));
        config.putAll(map("rms_norm_eps", 1e-5, "attention_bias", false, "mlp_bias", false));
        config.putAll(map("initializer_range", 0.05, "tie_word_embeddings", true, "use_cache", true));
        config.putAll(map("bos_token_id", 1, "eos_token_id", 2, "torch_dtype", "float32"));
        return config;
    }

    private static Map<String, Object> specials() {
        return map("bos_token", BEGIN, "eos_token", END, "unk_token", UNKNOWN);
    }

    private static Map<String, Object> tokenizerConfig() {
        Map<String, Object> config = map("tokenizer_class", "PreTrainedTokenizerFast", "model_max_length", CONTEXT);
        config.putAll(specials());
        config.putAll(map("add_bos_token", true, "add_eos_token", false, "clean_up_tokenization_spaces", false));
        return config;
    }

    private static Map<String, Object> tokenizer(BytePairs pairs) {
        List<Object> added = new ArrayList<>();
        for (int id = 0; id < BytePairs.SPECIALS.size(); id++) {
            Map<String, Object> token = map("id", id, "content", BytePairs.SPECIALS.get(id), "single_word", false);
            token.putAll(map("lstrip", false, "rstrip", false, "normalized", false, "special", true));
            added.add(token);
        }
        Map<String, Object> bytes = map("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true);
        bytes.put("use_regex", true);
        Map<String, Object> digits = map("type", "Digits", "individual_digits", true);
        Map<String, Object> whole = map("version", "1.0", "truncation", null, "padding", null);
        whole.putAll(map("added_tokens", added, "normalizer", null));
        whole.put("pre_tokenizer", map("type", "Sequence", "pretokenizers", List.of(digits, bytes)));
        whole.putAll(map("post_processor", template(), "decoder", bytes, "model", model(pairs)));
        return whole;
    }

    private static Map<String, Object> template() {
        Map<String, Object> begin = map("SpecialToken", map("id", BEGIN, "type_id", 0));
        Map<String, Object> first = map("Sequence", map("id", "A", "type_id", 0));
        Map<String, Object> second = map("Sequence", map("id", "B", "type_id", 0));
        Map<String, Object> template = map("type", "TemplateProcessing", "single", List.of(begin, first));
        template.put("pair", List.of(begin, first, second));
        template.put("special_tokens", map(BEGIN, map("id", BEGIN, "ids", List.of(1), "tokens", List.of(BEGIN))));
        return template;
    }

    private static Map<String, Object> model(BytePairs pairs) {
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        for (String token : pairs.tokens()) {
            vocabulary.put(token, vocabulary.size());
        }
        Map<String, Object> model = map("type", "BPE", "dropout", null, "unk_token", null);
        model.putAll(map("continuing_subword_prefix", null, "end_of_word_suffix", null, "fuse_unk", false));
        model.putAll(map("byte_fallback", false, "ignore_merges", false));
        model.putAll(map("vocab", vocabulary, "merges", pairs.merges()));
        return model;
    }

    /** A map of alternating keys and values that keeps their order. */
    private static Map<String, Object> map(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
