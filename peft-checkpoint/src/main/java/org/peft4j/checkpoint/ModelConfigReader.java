package org.peft4j.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.peft4j.api.PeftException;

/** Reads config.json, filling in the defaults of transformers' configuration classes. */
final class ModelConfigReader {
    private final Path file;
    private final JsonNode json;

    private ModelConfigReader(Path file, JsonNode json) {
        this.file = file;
        this.json = json;
    }

    static ModelConfig read(Path file) {
        return read(file, Json.object(file));
    }

    static ModelConfig read(Path file, JsonNode json) {
        ModelConfigReader reader = new ModelConfigReader(file, json);
        try {
            return reader.config();
        } catch (PeftException e) {
            if (e.code().equals("bad-config") && !e.getMessage().contains(file.toString())) {
                throw PeftException.of("bad-config", file + ": " + e.getMessage(), "", e);
            }
            throw e;
        }
    }

    private ModelConfig config() {
        Architecture architecture = architecture();
        checkActivation();
        int hidden = required("hidden_size");
        int layers = required("num_hidden_layers");
        int heads = required("num_attention_heads");
        int headDim = headDim(hidden, heads);
        boolean attentionBias = architecture == Architecture.LLAMA && flag("attention_bias", false);
        JsonNode rope = ropeParameters();
        double theta = number(rope, "rope_theta", number(json, "rope_theta", 10_000.0));
        return new ModelConfig(
                architecture,
                hidden,
                layers,
                heads,
                integer("num_key_value_heads", defaultKvHeads(architecture, heads)),
                headDim,
                required("intermediate_size"),
                required("vocab_size"),
                integer("max_position_embeddings", defaultPositions(architecture)),
                number(json, "rms_norm_eps", 1e-6),
                theta,
                ropeScaling(rope),
                attentionBias || architecture == Architecture.QWEN2,
                attentionBias,
                architecture == Architecture.LLAMA && flag("mlp_bias", false),
                flag("tie_word_embeddings", false),
                slidingWindow(architecture),
                architecture == Architecture.QWEN2 ? integer("max_window_layers", 28) : 0,
                tokenIds("bos_token_id"),
                tokenIds("eos_token_id"));
    }

    private Architecture architecture() {
        String type = json.path("model_type").asText("");
        String className = json.path("architectures").path(0).asText("");
        if (!type.isEmpty() && !className.isEmpty() && !className.endsWith("ForCausalLM")) {
            throw unknown(className + " (" + type + ")");
        }
        return Architecture.ofModelType(type)
                .or(() -> type.isEmpty() ? Architecture.ofClass(className) : Optional.empty())
                .orElseThrow(() -> unknown(type.isEmpty() ? className : type));
    }

    private PeftException unknown(String name) {
        String what = name.isEmpty() ? "names no model_type" : "is of the architecture \"" + name + "\"";
        return PeftException.of(
                "unknown-architecture",
                file + " " + what + ", which can't be loaded.",
                "Supported model types: " + Architecture.supported() + " (as causal language models).");
    }

    private void checkActivation() {
        String activation = json.path("hidden_act").asText("silu");
        if (!activation.equals("silu") && !activation.equals("swish")) {
            throw bad("hidden_act is \"" + activation + "\"; only \"silu\" is supported");
        }
    }

    private int headDim(int hidden, int heads) {
        if (present(json.path("head_dim"))) {
            return integer("head_dim", 0);
        }
        if (heads <= 0 || hidden <= 0) {
            throw bad("hidden_size is " + hidden + " and num_attention_heads is " + heads + "; both must be positive");
        }
        if (hidden % heads != 0) {
            throw bad("hidden_size is " + hidden + ", not a multiple of num_attention_heads, which is " + heads
                    + ", and there is no head_dim");
        }
        return hidden / heads;
    }

    private int defaultKvHeads(Architecture architecture, int heads) {
        boolean absent = !json.has("num_key_value_heads"); // null means: as many as heads
        return absent && architecture == Architecture.MISTRAL ? 8 : heads;
    }

    private static int defaultPositions(Architecture architecture) {
        return switch (architecture) {
            case LLAMA -> 2048;
            case MISTRAL -> 131_072;
            case QWEN2 -> 32_768;
        };
    }

    private int slidingWindow(Architecture architecture) {
        boolean stated = json.has("sliding_window"); // null there means: no window
        int window = integer("sliding_window", stated ? 0 : 4096);
        return switch (architecture) {
            case LLAMA -> 0;
            case MISTRAL -> window;
            case QWEN2 -> flag("use_sliding_window", false) ? window : 0;
        };
    }

    /** {@code rope_parameters} of transformers 5 or {@code rope_scaling} of earlier ones. */
    private JsonNode ropeParameters() {
        for (String key : List.of("rope_parameters", "rope_scaling")) {
            JsonNode node = json.path(key);
            if (present(node)) {
                if (!node.isObject()) {
                    throw bad(key + " isn't an object");
                }
                if (number(node, "partial_rotary_factor", 1) != 1) {
                    throw bad(key + ".partial_rotary_factor isn't 1, which isn't supported");
                }
                return node;
            }
        }
        return MissingNode.getInstance();
    }

    private RopeScaling ropeScaling(JsonNode rope) {
        String type = rope.path("rope_type").asText(rope.path("type").asText("default"));
        return switch (type) {
            case "default" -> new RopeScaling.None();
            case "linear" -> new RopeScaling.Linear(factor(rope, "factor"));
            case "llama3" -> llama3(rope);
            default ->
                throw bad("the rope scaling type \"" + type + "\" isn't supported; supported: default, linear, llama3");
        };
    }

    private RopeScaling llama3(JsonNode rope) {
        double low = factor(rope, "low_freq_factor");
        double high = factor(rope, "high_freq_factor");
        double original = factor(rope, "original_max_position_embeddings");
        if (high <= low) {
            throw bad("high_freq_factor is " + high + ", not greater than low_freq_factor, which is " + low);
        }
        return new RopeScaling.Llama3(factor(rope, "factor"), low, high, (int) original);
    }

    private double factor(JsonNode rope, String key) {
        double value = number(rope, key, Double.NaN);
        if (!(value > 0) || Double.isInfinite(value)) {
            throw bad("the rope scaling needs a positive \"" + key + "\"");
        }
        return value;
    }

    private List<Integer> tokenIds(String key) {
        return tokenIds(json, key, file);
    }

    /** A token id, a list of them, or nothing. */
    static List<Integer> tokenIds(JsonNode json, String key, Path file) {
        JsonNode node = json.path(key);
        List<Integer> ids = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(id -> ids.add(tokenId(id, key, file)));
        } else if (present(node)) {
            ids.add(tokenId(node, key, file));
        }
        return ids;
    }

    private static int tokenId(JsonNode node, String key, Path file) {
        if (!node.canConvertToInt() || !node.isIntegralNumber()) {
            throw bad(file, key + " is " + node + ", not a token id");
        }
        return node.intValue();
    }

    private int required(String key) {
        if (!present(json.path(key))) {
            throw bad("the key " + key + " is missing");
        }
        return integer(key, 0);
    }

    private int integer(String key, int otherwise) {
        JsonNode node = json.path(key);
        if (!present(node)) {
            return otherwise;
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw bad(key + " is " + node + ", not an integer");
        }
        return node.intValue();
    }

    private double number(JsonNode parent, String key, double otherwise) {
        JsonNode node = parent.path(key);
        if (!present(node)) {
            return otherwise;
        }
        if (!node.isNumber()) {
            throw bad(key + " is " + node + ", not a number");
        }
        return node.doubleValue();
    }

    private boolean flag(String key, boolean otherwise) {
        JsonNode node = json.path(key);
        if (!present(node)) {
            return otherwise;
        }
        if (!node.isBoolean()) {
            throw bad(key + " is " + node + ", not true or false");
        }
        return node.booleanValue();
    }

    private static boolean present(JsonNode node) {
        return !node.isMissingNode() && !node.isNull();
    }

    private PeftException bad(String what) {
        return bad(file, what);
    }

    private static PeftException bad(Path file, String what) {
        return PeftException.of("bad-config", file + ": " + what + ".", "Correct the file or use another checkpoint.");
    }
}
