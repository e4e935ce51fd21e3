package org.peft4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.api.Role;
import org.peft4j.checkpoint.Checkpoint;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.checkpoint.TensorSource;
import org.peft4j.engine.Engine;
import org.peft4j.engine.FrozenMatrix;

/** A checkpoint in bfloat16 with precision fp32: half the memory of its fp32 copy, and the same numbers. */
class WidenedCheckpointTests {
    private static final ModelConfig CONFIG = ModelConfig.llama(192, 2, 3, 1, 64, 512, 300, 512, false);

    @TempDir
    private Path directory;

    private Checkpoint half() {
        Path to = directory.resolve("half");
        RandomCheckpoint.write(to, CONFIG, directory, DType.BF16, 0.3, 4, CheckpointWriter.Existing.KEEP);
        return Checkpoint.open(to);
    }

    /** The same numbers in fp32. */
    private Checkpoint copy(Checkpoint of) {
        Path to = directory.resolve("copy");
        List<TensorSource> tensors = of.names().stream()
                .map(name -> TensorSource.of(
                        name,
                        DType.F32,
                        of.entry(name).shape(),
                        (first, into, offset, count) -> of.read(name, first, into, offset, count)))
                .toList();
        CheckpointWriter.write(to, CONFIG, tensors, directory, CheckpointWriter.Existing.KEEP);
        return Checkpoint.open(to);
    }

    @Test
    void logitsAreThoseOfTheFp32Copy() {
        int[] ids = new int[120];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = 3 + 7 * i % 290;
        }
        try (Engine engine = Engine.create(2)) {
            BaseModel half = BaseModel.load(engine, half());
            BaseModel single = BaseModel.load(engine, copy(half.checkpoint()));
            float[][] got = AdaptedModel.of(half).logits(ids);
            float[][] expected = AdaptedModel.of(single).logits(ids);
            for (int i = 0; i < ids.length; i++) {
                for (int j = 0; j < expected[i].length; j++) {
                    assertThat(got[i][j]).isCloseTo(expected[i][j], within(1e-4f));
                }
            }
            String key = half.weightKey(half.site(1, Role.DOWN));
            FrozenMatrix matrix = half.matrix(key);
            assertThat(matrix.halved()).isFalse();
            assertThat(2 * matrix.bytes()).isEqualTo(single.matrix(key).bytes());
        }
    }
}
