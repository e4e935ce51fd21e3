package org.peft4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.model.RandomCheckpoint;

/**
 * A model to measure: a checkpoint of the user's, or one of a known shape with random weights that is gone after use.
 *
 * @param directory where it is
 * @param name what it is called in results
 * @param temporary whether it is gone after use
 */
record SpeedBase(Path directory, String name, boolean temporary) implements AutoCloseable {
    /** The user's own. */
    static SpeedBase of(Path directory) {
        return new SpeedBase(directory, directory.toString(), false);
    }

    /**
     * One of a shape.
     *
     * @param layers how many, or 0 for the shape's own
     * @param context the least number of positions
     */
    static SpeedBase random(String shape, int layers, int context, DType dtype, long seed) throws IOException {
        ModelConfig config = Shapes.sized(Shapes.config(shape), layers, context);
        Path directory = Files.createTempDirectory("peft-bench-");
        SpeedBase made = new SpeedBase(directory, layers == 0 ? shape : shape + ", " + layers + " layers", true);
        try {
            RandomCheckpoint.write(directory, config, directory, dtype, 0.02, seed, CheckpointWriter.Existing.KEEP);
        } catch (RuntimeException | Error e) {
            made.close();
            throw e;
        }
        return made;
    }

    @Override
    public void close() throws IOException {
        if (!temporary) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
