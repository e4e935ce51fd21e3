package org.peft4j.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.data.Dataset;
import org.peft4j.data.Example;
import org.peft4j.engine.Precision;
import org.peft4j.model.AdaptedModel;
import org.peft4j.report.Figure;
import org.peft4j.runtime.CodecRegistry;

/** Folds the adapter into a checkpoint, loads it, and compares its logits with the adapter's on the base. */
final class MergeCheck {
    /** Rows whose logits are compared. */
    private static final int ROWS = 8;

    private final UnitSession session;
    private final UnitResult.Notes notes;

    MergeCheck(UnitSession session, UnitResult.Notes notes) {
        this.session = session;
        this.notes = notes;
    }

    /**
     * Checks.
     *
     * @param trained as training left it
     * @param saved what was saved, loaded again
     * @param whole whether what was saved is a checkpoint by itself
     */
    void run(AdaptedModel trained, AdaptedModel saved, boolean whole, Dataset rows) {
        List<Example> examples =
                rows.examples().subList(0, Math.min(ROWS, rows.examples().size()));
        if (whole) {
            note(largestDifference(trained, saved, examples));
            return;
        }
        Path directory = session.run().output().resolve("merged");
        try {
            session.model().merge(saved, directory, CheckpointWriter.Existing.OVERWRITE);
            AdaptedModel merged = session.peft()
                    .load(directory, CodecRegistry.PLAIN, Precision.FP32)
                    .with();
            note(largestDifference(saved, merged, examples));
        } catch (PeftException e) {
            String line = e.getMessage().lines().findFirst().orElse(e.code());
            notes.facts.put(
                    UnitResult.MERGE,
                    "not possible: "
                            + line.substring(line.lastIndexOf(": ") + 1).strip());
        } finally {
            delete(directory);
        }
    }

    private void note(double difference) {
        notes.figures.put(Figure.MERGE_ERROR.key(), difference);
    }

    private static double largestDifference(AdaptedModel a, AdaptedModel b, List<Example> examples) {
        double largest = 0;
        for (Example example : examples) {
            float[][] x = a.logits(example.tokens());
            float[][] y = b.logits(example.tokens());
            for (int i = 0; i < x.length; i++) {
                for (int j = 0; j < x[i].length; j++) {
                    largest = Math.max(largest, Math.abs((double) x[i][j] - y[i][j]));
                }
            }
        }
        return largest;
    }

    static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
