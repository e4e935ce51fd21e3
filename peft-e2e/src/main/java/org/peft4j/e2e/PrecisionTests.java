package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.ModelConfig;
import org.peft4j.config.ConfigDocument;
import org.peft4j.model.RandomCheckpoint;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.StepReport;
import org.peft4j.runtime.TrainingListener;

/**
 * Whole runs in bfloat16 against the same in fp32. The rows have more than 128 tokens, as attention computes in bfloat16 only from there on, and
 * there is more than one step, so that memory is used again.
 */
class PrecisionTests {
    private static final List<String> WORDS = List.of("red", "blue", "green", "gold", "pink", "grey");
    private static final int STEPS = 30;

    @TempDir
    private static Path temporary;

    private static Peft peft;

    @BeforeAll
    static void start() throws IOException {
        RandomCheckpoint.write(
                temporary.resolve("base"),
                shape(),
                Fixtures.root().resolve("fixtures/tokenizer"),
                DType.F32,
                0.1,
                7,
                CheckpointWriter.Existing.KEEP);
        SplittableRandom random = new SplittableRandom(1);
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            String word = WORDS.get(random.nextInt(WORDS.size()));
            rows.append("{\"prompt\": \"say " + word + ":\", \"completion\": \"" + (" " + word + " it is").repeat(14)
                    + "\"}\n");
        }
        Files.writeString(temporary.resolve("train.jsonl"), rows);
        peft = Peft.create(2);
    }

    @AfterAll
    static void stop() {
        peft.close();
    }

    private static ModelConfig shape() {
        return ModelConfig.llama(64, 2, 4, 2, 16, 128, 259, 256, true);
    }

    private static List<Double> losses(String method, String precision) {
        List<Double> losses = new ArrayList<>();
        ConfigDocument run = ConfigDocument.parse(
                """
                base: %s
                method: %s
                precision: %s
                data: {train: %s}
                optimizer: {name: adamw, learning-rate: 1e-2}
                training: {batch-size: 4, steps: %d, seed: 3}
                output: %s
                """.formatted(
                                temporary.resolve("base"),
                                method,
                                precision,
                                temporary.resolve("train.jsonl"),
                                STEPS,
                                temporary.resolve("out")),
                "run.yaml");
        peft.trainer(run.withOverride("overwrite=true"), new TrainingListener() {
                    @Override
                    public void stepped(StepReport report) {
                        losses.add(report.loss());
                    }
                })
                .run();
        return losses;
    }

    private static double mean(List<Double> losses) {
        return losses.stream().mapToDouble(d -> d).average().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{name: lora, rank: 8, alpha: 16, target-modules: all-linear}",
                "{name: prefix, virtual-tokens: 8}",
                "{name: llama-adapter, adapter-length: 8, adapter-layers: 2}",
                "{name: prompt, virtual-tokens: 8}",
            })
    void lossesInBfloat16FollowThoseInFp32(String method) {
        List<Double> full = losses(method, "fp32");
        List<Double> half = losses(method, "bf16");

        assertThat(half).hasSize(STEPS).isNotEqualTo(full);
        assertThat(mean(half.subList(0, STEPS / 2))).isCloseTo(mean(full.subList(0, STEPS / 2)), withinPercentage(1));
        assertThat(mean(half.subList(STEPS / 2, STEPS)))
                .isCloseTo(mean(full.subList(STEPS / 2, STEPS)), withinPercentage(1));
    }

    @Test
    void theRowsCanBeLearned() {
        List<Double> losses = losses("{name: lora, rank: 8, alpha: 16, target-modules: all-linear}", "bf16");

        assertThat(losses.get(STEPS - 1)).isLessThan(0.5 * losses.get(0));
    }
}
