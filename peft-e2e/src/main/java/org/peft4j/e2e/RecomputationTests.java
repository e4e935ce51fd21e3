package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peft4j.api.PeftException;
import org.peft4j.config.ConfigDocument;
import org.peft4j.engine.Precision;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Batch;
import org.peft4j.model.StepMemory;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;
import org.peft4j.runtime.TrainingListener;

/** Gradient checkpointing: the same bits, in less memory. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecomputationTests {
    private static final Batch BATCH = Batch.of(List.of(
            Batch.Sequence.of(IntStream.range(0, 70).map(i -> 3 + i * 7 % 90).toArray()),
            Batch.Sequence.of(1, 7, 8, 20, 33)));

    @TempDir
    private Path temporary;

    private Peft peft;

    @BeforeAll
    void start() {
        peft = Peft.create(2);
    }

    @AfterAll
    void stop() {
        peft.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "as-is | FP32 | {name: lora, rank: 4, target-modules: all-linear, dropout: 0.2}",
                "as-is | BF16 | {name: lora, rank: 4, target-modules: all-linear, dropout: 0.2}",
                "as-is | BF16 | {name: lora, rank: 4, target-modules: all-linear}",
                "nf4 | FP32 | {name: lora, rank: 4, target-modules: [q_proj]}",
                "as-is | FP32 | {name: lora, rank: 4, target-modules: [down_proj], dora: true}",
                "as-is | BF16 | {name: lora, rank: 4, target-modules: [down_proj], dora: true}",
                "as-is | FP32 | {name: prefix, virtual-tokens: 4, projection: true}",
                "as-is | BF16 | {name: llama-adapter, adapter-length: 4, adapter-layers: 1}",
                "as-is | FP32 | {name: prompt, virtual-tokens: 3}",
                "as-is | FP32 | {name: full}",
            })
    void gradientsHaveTheSameBits(String storage, Precision precision, String method) {
        PeftModel model = peft.load(Fixtures.model("llama-gqa-untied"), storage, precision);
        Adapter kept = model.installYaml(method, 5);
        Adapter again = model.installYaml(method, 5);
        // A gradient may be 0 where an adapter starts with zeros, whatever it is computed from.
        List.of(kept, again).forEach(a -> a.parameters().values().addi(0.01));

        double loss = model.with(kept).lossAndGradients(BATCH, 0.1, 9);
        double second = model.with(again).recomputing().lossAndGradients(BATCH, 0.1, 9);

        assertThat(second).isEqualTo(loss);
        assertThat(again.parameters().gradients().toFloatVector())
                .isEqualTo(kept.parameters().gradients().toFloatVector());
    }

    @Test
    void aStepHoldsLess() {
        PeftModel model = peft.load(Fixtures.model("llama-gqa-untied"));
        Adapter adapter = model.installYaml("{name: lora, target-modules: all-linear}", 1);
        AdaptedModel kept = model.with(adapter);

        // Of two layers one is kept; of thirty it would be nearly all that is saved.
        assertThat(bytes(kept.recomputing())).isLessThan((long) (0.75 * bytes(kept)));
        assertThat(bytes(kept.recomputing(2))).isEqualTo(bytes(kept.recomputing()));
        assertThat(bytes(kept.recomputing(1))).isLessThan((long) (0.75 * bytes(kept)));
    }

    @Test
    void layersThatKeepNothingDoNotCount() {
        PeftModel model = peft.load(Fixtures.model("llama-gqa-untied"));
        AdaptedModel top =
                model.with(model.installYaml("{name: llama-adapter, adapter-length: 4, adapter-layers: 1}", 1));

        assertThat(bytes(top.recomputing(1))).isEqualTo(bytes(top.recomputing()));
    }

    private static long bytes(AdaptedModel model) {
        return StepMemory.training(model).bytes(4096, 64);
    }

    @Test
    void layersThatAreNotThereAreAnError() {
        PeftModel model = peft.load(Fixtures.model("llama-gqa-untied"));
        AdaptedModel adapted = model.with(model.installYaml("{name: lora}", 1));
        assertThatThrownBy(() -> adapted.recomputing(3))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("3 layers are to be checkpointed, but the model has 2");
    }

    @Test
    void layersWithoutCheckpointingAreAnError() throws IOException {
        Workshop workshop = new Workshop(temporary);
        ConfigDocument run = workshop.run("neither", "training.checkpointed-layers=1");
        assertThatThrownBy(() -> train(run))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("checkpointed-layers is 1, but gradient-checkpointing is false");
    }

    @Test
    void aRunByConfigurationEndsInTheSameAdapter() throws IOException {
        Workshop workshop = new Workshop(temporary);
        train(workshop.run("kept"));
        train(workshop.run("again", "training.gradient-checkpointing=true"));
        train(workshop.run("half", "training.gradient-checkpointing=true", "training.checkpointed-layers=1"));

        assertThat(adapter(workshop, "again")).isEqualTo(adapter(workshop, "kept"));
        assertThat(adapter(workshop, "half")).isEqualTo(adapter(workshop, "kept"));
    }

    private void train(ConfigDocument run) {
        peft.trainer(run, new TrainingListener() {}).run();
    }

    private static byte[] adapter(Workshop workshop, String name) throws IOException {
        return Files.readAllBytes(workshop.file(name).resolve("adapter_model.safetensors"));
    }
}
