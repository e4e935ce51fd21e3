package org.peft4j.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.peft4j.api.PeftException;

/**
 * Shape and constants of a Llama-family model: what {@code config.json} says, defaults filled in.
 *
 * @param architecture the family
 * @param hiddenSize width of the residual stream
 * @param layers number of decoder layers ({@code num_hidden_layers})
 * @param heads number of query heads ({@code num_attention_heads})
 * @param kvHeads number of key and value heads; divides {@code heads}
 * @param headDim width of one head, even
 * @param intermediateSize inner width of the feed-forward block
 * @param vocabSize rows of the embedding
 * @param maxPositions longest sequence, in tokens ({@code max_position_embeddings})
 * @param rmsNormEps added to the mean square in RMSNorm
 * @param ropeTheta base of the rotary frequencies
 * @param ropeScaling change of the rotary frequencies
 * @param qkvBias whether q_proj, k_proj and v_proj have biases
 * @param outputBias whether o_proj has a bias
 * @param mlpBias whether gate_proj, up_proj and down_proj have biases
 * @param tiedEmbeddings whether the head is the embedding matrix ({@code tie_word_embeddings})
 * @param slidingWindow number of tokens a position sees, itself included; 0 for all of them
 * @param firstWindowedLayer the layers from this index on use the sliding window
 * @param bosTokenIds id of the beginning-of-sequence token: empty or one
 * @param eosTokenIds ids of the tokens that end a text; may be empty
 */
public record ModelConfig(
        Architecture architecture,
        int hiddenSize,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        int intermediateSize,
        int vocabSize,
        int maxPositions,
        double rmsNormEps,
        double ropeTheta,
        RopeScaling ropeScaling,
        boolean qkvBias,
        boolean outputBias,
        boolean mlpBias,
        boolean tiedEmbeddings,
        int slidingWindow,
        int firstWindowedLayer,
        List<Integer> bosTokenIds,
        List<Integer> eosTokenIds) {
    private static final int MAX_HEAD_DIM = 1 << 14;

    /**
     * Checks that the numbers make a model.
     *
     * @throws PeftException {@code bad-config} naming the first key that doesn't fit
     */
    public ModelConfig {
        bosTokenIds = List.copyOf(bosTokenIds);
        eosTokenIds = List.copyOf(eosTokenIds);
        positive("hidden_size", hiddenSize);
        positive("num_hidden_layers", layers);
        positive("num_attention_heads", heads);
        positive("num_key_value_heads", kvHeads);
        positive("head_dim", headDim);
        positive("intermediate_size", intermediateSize);
        positive("vocab_size", vocabSize);
        positive("max_position_embeddings", maxPositions);
        require(
                heads % kvHeads == 0,
                "num_key_value_heads is " + kvHeads + ", which doesn't divide " + heads + " heads");
        require(headDim % 2 == 0, "head_dim is " + headDim + "; rotary embeddings need an even number");
        require(rmsNormEps >= 0 && rmsNormEps < 1, "rms_norm_eps is " + rmsNormEps + ", not between 0 and 1");
        require(ropeTheta > 0 && Double.isFinite(ropeTheta), "rope_theta is " + ropeTheta + ", not a positive number");
        require(slidingWindow >= 0, "sliding_window is " + slidingWindow + ", which is negative");
        require(firstWindowedLayer >= 0, "max_window_layers is " + firstWindowedLayer + ", which is negative");
        require(headDim <= MAX_HEAD_DIM, "head_dim is " + headDim + "; at most " + MAX_HEAD_DIM + " is supported");
        require((long) heads * headDim <= Integer.MAX_VALUE, "num_attention_heads times head_dim is too large");
        tokens("bos_token_id", bosTokenIds, vocabSize);
        tokens("eos_token_id", eosTokenIds, vocabSize);
    }

    private static void positive(String key, int value) {
        require(value > 0, key + " is " + value + ", not a positive number");
    }

    private static void tokens(String key, List<Integer> ids, int vocabSize) {
        for (int id : ids) {
            require(id >= 0 && id < vocabSize, key + " is " + id + ", outside the vocabulary of " + vocabSize);
        }
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw PeftException.of("bad-config", what + ".", "Correct the model's configuration (config.json).");
        }
    }

    /**
     * A plain Llama: no biases, no window, rotary frequencies from 10000, beginning and end of a sequence as tokens 1 and 2.
     *
     * @throws PeftException {@code bad-config} naming the first number that doesn't fit
     */
    public static ModelConfig llama(
            int hiddenSize,
            int layers,
            int heads,
            int kvHeads,
            int headDim,
            int intermediateSize,
            int vocabSize,
            int maxPositions,
            boolean tiedEmbeddings) {
        return new ModelConfig(
                Architecture.LLAMA,
                hiddenSize,
                layers,
                heads,
                kvHeads,
                headDim,
                intermediateSize,
                vocabSize,
                maxPositions,
                1e-5,
                10000,
                new RopeScaling.None(),
                false,
                false,
                false,
                tiedEmbeddings,
                0,
                0,
                List.of(1),
                List.of(2));
    }

    /**
     * Reads {@code config.json} of a checkpoint directory.
     *
     * @throws PeftException {@code unreadable-file}, {@code bad-json}; {@code unknown-architecture}; {@code bad-config}
     *     naming the file and the key that is missing, nonsensical or not supported
     */
    public static ModelConfig read(Path directory) {
        return ModelConfigReader.read(directory.resolve("config.json"));
    }

    /** Width of the queries: {@code heads * headDim}. */
    public int queryWidth() {
        return heads * headDim;
    }

    /** Width of the keys and of the values: {@code kvHeads * headDim}. */
    public int keyValueWidth() {
        return kvHeads * headDim;
    }

    /** How many tokens a position of this layer sees, itself included; 0 for all of them. */
    public int slidingWindow(int layer) {
        return layer >= firstWindowedLayer ? slidingWindow : 0;
    }

    /**
     * The content of a {@code config.json} that transformers loads and {@link #read} reads back as this.
     *
     * @param weights type of the checkpoint's weights
     * @return keys in transformers' usual order; values are strings, numbers, booleans, lists, maps or null
     */
    public Map<String, Object> toJson(DType weights) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("architectures", List.of(architecture.className()));
        json.put("model_type", architecture.modelType());
        json.put("vocab_size", vocabSize);
        json.put("hidden_size", hiddenSize);
        json.put("intermediate_size", intermediateSize);
        json.put("num_hidden_layers", layers);
        json.put("num_attention_heads", heads);
        json.put("num_key_value_heads", kvHeads);
        json.put("head_dim", headDim);
        json.put("max_position_embeddings", maxPositions);
        json.put("hidden_act", "silu");
        json.put("rms_norm_eps", rmsNormEps);
        json.put("rope_theta", ropeTheta);
        json.put("rope_scaling", ropeScalingJson());
        putArchitecture(json);
        json.put("tie_word_embeddings", tiedEmbeddings);
        json.put("bos_token_id", oneOrList(bosTokenIds));
        json.put("eos_token_id", oneOrList(eosTokenIds));
        json.put("use_cache", true);
        json.put("torch_dtype", weights.torchName());
        return json;
    }

    private void putArchitecture(Map<String, Object> json) {
        switch (architecture) {
            case LLAMA -> {
                json.put("attention_bias", qkvBias);
                json.put("mlp_bias", mlpBias);
            }
            case MISTRAL -> json.put("sliding_window", slidingWindow == 0 ? null : slidingWindow);
            case QWEN2 -> {
                json.put("use_sliding_window", slidingWindow > 0);
                json.put("sliding_window", slidingWindow == 0 ? null : slidingWindow);
                json.put("max_window_layers", slidingWindow == 0 ? layers : firstWindowedLayer);
            }
            default -> throw new IllegalStateException(architecture.modelType());
        }
    }

    private Map<String, Object> ropeScalingJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        if (ropeScaling instanceof RopeScaling.Linear linear) {
            json.put("rope_type", "linear");
            json.put("factor", linear.factor());
        } else if (ropeScaling instanceof RopeScaling.Llama3 llama3) {
            json.put("rope_type", "llama3");
            json.put("factor", llama3.factor());
            json.put("low_freq_factor", llama3.lowFreqFactor());
            json.put("high_freq_factor", llama3.highFreqFactor());
            json.put("original_max_position_embeddings", llama3.originalMaxPositionEmbeddings());
        } else {
            return null;
        }
        return json;
    }

    private static Object oneOrList(List<Integer> ids) {
        if (ids.isEmpty()) {
            return null;
        }
        return ids.size() == 1 ? ids.get(0) : new ArrayList<Object>(ids);
    }
}
