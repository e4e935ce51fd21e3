package org.peft4j.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.config.ConfigDocument;
import org.peft4j.model.RandomCheckpoint;

/** A directory with a small random model and a task that it can learn in a few steps: say the word again. */
final class Workshop {
    private static final List<String> WORDS = List.of("red", "blue", "green", "gold", "pink", "grey");

    private final Path directory;

    Workshop(Path directory) {
        this.directory = directory;
        RandomCheckpoint.write(
                base(),
                config(),
                Fixtures.root().resolve("fixtures/tokenizer"),
                DType.F32,
                0.2,
                7,
                CheckpointWriter.Existing.KEEP);
        rows("train.jsonl", 64, 1);
        rows("valid.jsonl", 16, 2);
    }

    private static ModelConfig config() {
        return ModelConfig.llama(32, 2, 4, 2, 8, 64, 259, 96, true);
    }

    private void rows(String name, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String word = WORDS.get(random.nextInt(WORDS.size()));
            text.append("{\"prompt\": \"say " + word + ":\", \"completion\": \" " + word + " it is\"}\n");
        }
        write(name, text.toString());
    }

    void write(String name, String text) {
        try {
            Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path base() {
        return directory.resolve("base");
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** A run into {@code output}, with changes as on the command line. */
    ConfigDocument run(String output, String... changes) {
        String text = """
                base: %s
                method: {name: lora, rank: 4, alpha: 8, target-modules: all-linear, dropout: 0.1}
                data: {train: %s, eval: %s}
                optimizer: {name: adamw, learning-rate: 1e-2}
                training: {batch-size: 8, steps: 12, seed: 3}
                output: %s
                """.formatted(base(), file("train.jsonl"), file("valid.jsonl"), file(output));
        ConfigDocument document = ConfigDocument.parse(text, "run.yaml");
        for (String change : changes) {
            document = document.withOverride(change);
        }
        return document;
    }
}
