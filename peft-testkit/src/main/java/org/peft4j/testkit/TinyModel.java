package org.peft4j.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.model.RandomCheckpoint;

/** The model that methods are tried on: small, but with grouped heads and an output head of its own. */
final class TinyModel {
    static final int VOCABULARY = 64;

    /** Large enough for every layer to matter to the output. */
    private static final double STD = 0.25;

    private TinyModel() {}

    /** The directory of its checkpoint in this element type, made if it isn't there yet. */
    static Path checkpoint(Path directory, DType dtype) {
        Path target = directory.resolve("base-" + dtype);
        if (Files.notExists(target)) {
            Path none = directory.resolve("no-tokenizer");
            RandomCheckpoint.write(target, shape(), none, dtype, STD, 11, CheckpointWriter.Existing.KEEP);
        }
        return target;
    }

    private static ModelConfig shape() {
        return ModelConfig.llama(32, 2, 4, 2, 8, 48, VOCABULARY, 64, false);
    }
}
