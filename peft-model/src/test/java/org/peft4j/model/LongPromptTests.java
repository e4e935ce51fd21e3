package org.peft4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.engine.Engine;

/** Prompts that pass the layers in several blocks. */
class LongPromptTests {
    private static final int NEW = 6;

    private static ModelConfig config() {
        return ModelConfig.llama(16, 2, 2, 1, 8, 24, 50, 4096, false);
    }

    private static int[] prompt(int length) {
        int[] ids = new int[length];
        Arrays.setAll(ids, i -> 3 + (7 * i + i / 5) % 47);
        return ids;
    }

    @Test
    void eachIsContinuedAsWithoutACache(@TempDir Path directory) {
        RandomCheckpoint.write(
                directory.resolve("model"), config(), directory, DType.F32, 0.3, 4, CheckpointWriter.Existing.KEEP);
        try (Engine engine = Engine.create(2)) {
            BaseModel base = BaseModel.load(engine, Checkpoint.open(directory.resolve("model")));
            AdaptedModel model = AdaptedModel.of(base);
            List<int[]> prompts = List.of(prompt(2300), prompt(3), prompt(1024), prompt(1025));

            List<int[]> made =
                    new Generator(model, Sampling.greedy(NEW).withoutStop(), Set.of()).generate(prompts, (i, id) -> {});

            for (int i = 0; i < prompts.size(); i++) {
                int[] all = prompts.get(i);
                for (int n = 0; n < NEW; n++) {
                    float[][] logits = model.logits(all);
                    all = Arrays.copyOf(all, all.length + 1);
                    all[all.length - 1] = Sampling.argmax(logits[logits.length - 1]);
                }
                assertThat(made.get(i)).isEqualTo(Arrays.copyOfRange(all, all.length - NEW, all.length));
            }
        }
    }
}
