package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.api.PeftException;
import org.peft4j.model.Adapter;
import org.peft4j.model.Batch;
import org.peft4j.runtime.AdamWSettings;
import org.peft4j.runtime.Optimizer;
import org.peft4j.runtime.OptimizerFactory;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;

/** Optimizer state in a mapped file. */
class MappedStateTests {
    @TempDir
    Path directory;

    @Test
    void theStateInAFileGivesTheBitsOfTheStateInMemoryAndLeavesNoFile() throws IOException {
        try (Peft peft = Peft.create(2)) {
            AdamWSettings settings = AdamWSettings.of(1e-2).withWeightDecay(0.1);
            float[] memory = trained(peft, settings);
            assertThat(trained(peft, settings.mappedIn(directory.resolve("state"))))
                    .isEqualTo(memory);
        }
        try (var files = Files.list(directory.resolve("state"))) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aPlaceThatCannotBeWrittenIsSaidBeforeTheFirstStep() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        try (Peft peft = Peft.create(1)) {
            assertThatThrownBy(() -> trained(peft, AdamWSettings.of(1e-2).mappedIn(file)))
                    .isInstanceOf(PeftException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("state-directory");
        }
    }

    private static float[] trained(Peft peft, AdamWSettings settings) {
        PeftModel model = peft.load(Fixtures.model("llama-gqa"));
        Adapter adapter = model.installYaml("{name: lora}", 1);
        Optimizer optimizer = optimizer(peft.optimizer("adamw"), settings, adapter);
        Batch batch = Batch.of(List.of(Batch.Sequence.of(new int[] {1, 5, 9, 40, 33, 7})));
        for (int i = 0; i < 4; i++) {
            adapter.parameters().zeroGradients();
            model.with(adapter).lossAndGradients(batch, 0.2, 0);
            optimizer.step(1e-2);
        }
        return adapter.parameters().values().toFloatVector();
    }

    private static <C extends Record> Optimizer optimizer(
            OptimizerFactory<C> factory, Record settings, Adapter adapter) {
        return factory.create(factory.configType().cast(settings), adapter.parameters());
    }
}
