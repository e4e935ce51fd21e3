package org.peft4j.compare;

import java.io.IOException;
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

    Workshop(Path directory) throws IOException {
        this.directory = directory;
        Path tokenizer = repository().resolve("fixtures/tokenizer");
        RandomCheckpoint.write(
                directory.resolve("base"), config(), tokenizer, DType.F32, 0.2, 7, CheckpointWriter.Existing.KEEP);
        rows("train.jsonl", 48, 1);
        rows("valid.jsonl", 12, 2);
    }

    private static Path repository() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(at.resolve("fixtures/models"))) {
            at = at.getParent();
        }
        return at;
    }

    private static ModelConfig config() {
        return ModelConfig.llama(32, 2, 4, 2, 8, 64, 259, 96, true);
    }

    private void rows(String name, int count, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String word = WORDS.get(random.nextInt(WORDS.size()));
            text.append("{\"prompt\": \"say " + word + ":\", \"completion\": \" " + word + " it is\"}\n");
        }
        Files.writeString(directory.resolve(name), text);
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** A comparison into {@code output} of these rows, with changes as on the command line. */
    ConfigDocument comparison(String output, String rows, String... changes) {
        String text = """
                base: %s
                data: {train: %s, eval: %s}
                optimizer: {name: adamw, learning-rate: 1e-2}
                training: {batch-size: 8, steps: 4, eval-every: 2}
                seeds: [1, 2]
                generation: {prompts: 4, shown: 2, max-new-tokens: 6}
                general: {samples: 3, tokens: 16}
                tuning: {rows: 8}
                output: %s
                rows: %s
                """.formatted(file("base"), file("train.jsonl"), file("valid.jsonl"), file(output), rows);
        ConfigDocument document = ConfigDocument.parse(text, "compare.yaml");
        for (String change : changes) {
            document = document.withOverride(change);
        }
        return document;
    }
}
