package org.peft4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.checkpoint.TextTokenizer;
import org.peft4j.model.RandomCheckpoint;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code peft new-model}. */
@Command(
        name = "new-model",
        description = "Write a checkpoint with random weights: to pretrain with the method full, or to measure speed.",
        footer = {
            "  peft new-model --shape smollm-135m --out models/random-135m",
            "  peft new-model --config config.json --tokenizer models/tiny --out models/fresh",
            "",
            "Shapes: tiny-1m, small-24m, smollm-135m, tinyllama-1.1b. With a tokenizer and a shape, the",
            "vocabulary is the tokenizer's."
        })
final class NewModelCommand extends Action {
    @ArgGroup(multiplicity = "1")
    private Kind kind;

    @Option(names = "--tokenizer", paramLabel = "DIR", description = "Directory whose tokenizer is copied.")
    private Path tokenizer;

    @Option(
            names = "--dtype",
            defaultValue = "F32",
            paramLabel = "TYPE",
            converter = WeightType.class,
            description = "Type of the elements: F32, BF16, F16 (default: ${DEFAULT-VALUE}).")
    private DType dtype;

    @Option(
            names = "--std",
            defaultValue = "0.02",
            paramLabel = "X",
            description = "Standard deviation of the weights (default: ${DEFAULT-VALUE}).")
    private double std;

    @Option(names = "--seed", defaultValue = "0", paramLabel = "N", description = "Seed of the weights (default: 0).")
    private long seed;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Directory to write.")
    private Path out;

    @Option(names = "--overwrite", description = "Replace the checkpoint that is there.")
    private boolean overwrite;

    private static final class Kind {
        @Option(names = "--shape", paramLabel = "NAME", description = "One of the known shapes.")
        private String shape;

        @Option(names = "--config", paramLabel = "FILE", description = "A config.json, or the directory with it.")
        private Path config;
    }

    @Override
    public Integer call() {
        if (!(std > 0 && std < 100)) {
            throw wrong("Invalid value for option '--std': " + std + " is not between 0 and 100");
        }
        ModelConfig config = config();
        RandomCheckpoint.write(
                out,
                config,
                tokenizer == null ? Path.of("/dev/null/none") : tokenizer,
                dtype,
                std,
                seed,
                overwrite ? CheckpointWriter.Existing.OVERWRITE : CheckpointWriter.Existing.KEEP);
        println("Random checkpoint written to " + out + ": 'peft inspect " + out + "' tells its shape.");
        return Main.OK;
    }

    private ModelConfig config() {
        ModelConfig config = kind.shape != null ? Shapes.config(kind.shape) : ModelConfig.read(configDirectory());
        if (tokenizer == null) {
            return config;
        }
        TextTokenizer t = TextTokenizer.open(tokenizer);
        if (kind.shape != null) {
            return Shapes.withVocabulary(
                    config,
                    t.vocabularySize(),
                    t.bosId() < 0 ? List.of() : List.of(t.bosId()),
                    List.copyOf(t.eosIds()));
        }
        if (t.vocabularySize() > config.vocabSize()) {
            throw PeftException.of(
                    "bad-config",
                    "The tokenizer has " + t.vocabularySize() + " tokens, config.json has room for "
                            + config.vocabSize() + ".",
                    "Raise vocab_size in config.json.");
        }
        return config;
    }

    private Path configDirectory() {
        if (Files.isDirectory(kind.config) || !kind.config.endsWith("config.json")) {
            return kind.config;
        }
        Path parent = kind.config.toAbsolutePath().getParent();
        return parent == null ? kind.config : parent;
    }
}
