package org.peft4j.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The model families whose checkpoints can be read; all of them are Llama-shaped decoders. */
public enum Architecture {
    /** Llama and the many models that use its layout. */
    LLAMA("llama", "LlamaForCausalLM"),
    /** Mistral 7B and its relatives: Llama with an optional sliding window. */
    MISTRAL("mistral", "MistralForCausalLM"),
    /** Qwen2 and Qwen2.5: Llama with biases on the query, key and value projections. */
    QWEN2("qwen2", "Qwen2ForCausalLM");

    private final String modelType;
    private final String className;

    Architecture(String modelType, String className) {
        this.modelType = modelType;
        this.className = className;
    }

    /** {@code model_type} in config.json. */
    public String modelType() {
        return modelType;
    }

    /** The entry of {@code architectures} in config.json: the class of transformers. */
    public String className() {
        return className;
    }

    static Optional<Architecture> ofModelType(String modelType) {
        return Arrays.stream(values())
                .filter(a -> a.modelType.equals(modelType))
                .findFirst();
    }

    static Optional<Architecture> ofClass(String className) {
        return Arrays.stream(values())
                .filter(a -> a.className.equals(className))
                .findFirst();
    }

    static String supported() {
        return Arrays.stream(values()).map(Architecture::modelType).collect(Collectors.joining(", "));
    }
}
