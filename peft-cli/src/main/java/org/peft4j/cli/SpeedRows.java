package org.peft4j.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.peft4j.api.PeftException;
import org.peft4j.data.DataFile;
import org.peft4j.data.DataSettings;
import org.peft4j.data.Dataset;
import org.peft4j.data.Example;
import org.peft4j.model.Batch;
import org.peft4j.runtime.PeftModel;

/** What is trained on while speed is measured. */
final class SpeedRows {
    private SpeedRows() {}

    /** Batches of random tokens, every one but the first of each sequence predicted. */
    static IntFunction<Batch> random(int vocabulary, int batch, int length, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return step -> {
            List<Batch.Sequence> sequences = new ArrayList<>();
            for (int s = 0; s < batch; s++) {
                sequences.add(
                        Batch.Sequence.of(random.ints(length, 0, vocabulary).toArray()));
            }
            return Batch.of(sequences);
        };
    }

    /** A file's rows in their order, over and over, so that another program can be given the same. */
    static IntFunction<Batch> of(Path file, PeftModel model, int batch, int longest) {
        Dataset data = Dataset.read(DataFile.of(file), model.tokenizing(), DataSettings.upTo(longest));
        List<Example> rows = data.examples();
        if (rows.size() < batch) {
            throw PeftException.of(
                    "data-file",
                    file + " has " + rows.size() + " rows of at most " + longest + " tokens, fewer than one batch of "
                            + batch + ".",
                    "Give a smaller --batch, or more rows.");
        }
        return step -> {
            List<Batch.Sequence> sequences = new ArrayList<>();
            for (int s = 0; s < batch; s++) {
                Example row = rows.get((int) (((long) step * batch + s) % rows.size()));
                sequences.add(new Batch.Sequence(row.tokens(), row.targets()));
            }
            return Batch.of(sequences);
        };
    }
}
