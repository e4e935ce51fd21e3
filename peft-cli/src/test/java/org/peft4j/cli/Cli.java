package org.peft4j.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Runs commands within the test, and makes the small model they work on. */
final class Cli {
    private static final String CONFIG = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 32, "num_hidden_layers": 2,
             "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 64, "vocab_size": 4096,
             "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": true,
             "hidden_act": "silu", "bos_token_id": 1, "eos_token_id": 2}
            """;

    private Cli() {}

    /** What a command left. */
    record Outcome(int code, String out, String err) {}

    static Outcome run(Object... args) {
        return run(new ByteArrayOutputStream(), args);
    }

    static Outcome run(ByteArrayOutputStream err, Object... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String[] words = List.of(args).stream().map(String::valueOf).toArray(String[]::new);
        int code = Main.run(
                words,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Outcome(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    static Path repository() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(at.resolve("fixtures/models"))) {
            at = at.getParent();
        }
        return at;
    }

    /** A random model that has the tokenizer of the embedded default. */
    static Path model(Path parent) throws IOException {
        Path config = Files.createDirectories(parent.resolve("shape")).resolve("config.json");
        Files.writeString(config, CONFIG);
        Path model = parent.resolve("model");
        Path tokenizer = repository().resolve("peft-embedded/src/main/resources/org/peft4j/embedded/model");
        Outcome made = run("new-model", "--config", config, "--tokenizer", tokenizer, "--out", model, "--std", "0.1");
        if (made.code() != 0) {
            throw new IOException(made.err());
        }
        return model;
    }

    /** Rows that a model can learn by heart. */
    static Path data(Path parent) throws IOException {
        Path file = parent.resolve("data.jsonl");
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            rows.append("{\"prompt\": \"number ").append(i).append(" =>\", \"completion\": \" the cat sat\"}\n");
        }
        return Files.writeString(file, rows);
    }

    static Path config(Path parent, Path model, Path data, Path output) throws IOException {
        String yaml = """
                base: %s
                method: {name: lora, rank: 4, target-modules: all-linear}
                data: {train: %s, eval: %s}
                optimizer: {name: adamw, learning-rate: 1e-2}
                training: {steps: 8, batch-size: 4, seed: 3}
                samples: {shown: 1, max-new-tokens: 4}
                output: %s
                """;
        return Files.writeString(parent.resolve("run.yaml"), yaml.formatted(model, data, data, output));
    }

    static Path copy(Path model, Path to) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.list(model)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return to;
    }
}
