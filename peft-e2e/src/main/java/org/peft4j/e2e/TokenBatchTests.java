package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.api.PeftException;
import org.peft4j.config.ConfigDocument;
import org.peft4j.data.DataFile;
import org.peft4j.data.DataSettings;
import org.peft4j.data.Dataset;
import org.peft4j.runtime.MemoryEstimate;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;
import org.peft4j.runtime.StepReport;
import org.peft4j.runtime.Training;
import org.peft4j.runtime.TrainingListener;
import org.peft4j.runtime.TrainingSettings;

/** Batches of so many tokens. */
class TokenBatchTests {
    private static final String PLAIN = "method.dropout=0";

    @TempDir
    static Path temporary;

    private static Peft peft;
    private static Workshop workshop;

    @BeforeAll
    static void start() {
        peft = Peft.create(2);
        workshop = new Workshop(temporary);
    }

    @AfterAll
    static void stop() {
        peft.close();
    }

    /** The only step of a run. */
    private static StepReport step(ConfigDocument run) {
        List<StepReport> all = new ArrayList<>();
        peft.trainer(run, new TrainingListener() {
                    @Override
                    public void stepped(StepReport report) {
                        all.add(report);
                    }
                })
                .run();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    /** Every target token of a step counts alike, however many of them share a batch. */
    @Test
    void batchesByTokensGiveTheLossOfAllRowsAtOnce() {
        Dataset data = Dataset.read(
                DataFile.of(workshop.file("train.jsonl")),
                peft.load(workshop.base()).tokenizing(),
                DataSettings.upTo(64));
        long batches =
                TrainingSettings.defaults().withBatchTokens(100).withSeed(3).totalSteps(data.examples());
        assertThat(batches).isGreaterThan(5);
        StepReport rows = step(workshop.run("all-rows", "training.batch-size=1000", "training.steps=1", PLAIN));

        StepReport once = step(workshop.run(
                "all-tokens", "training={batch-size: 100000, batch-type: tokens, epochs: 1, seed: 3}", PLAIN));
        StepReport parts = step(workshop.run(
                "some-tokens",
                "training={batch-size: 100, batch-type: tokens, epochs: 1, seed: 3, accumulation: " + batches + "}",
                PLAIN));

        assertThat(once.tokens()).isEqualTo(data.counts().tokens());
        assertThat(once.loss()).isEqualTo(rows.loss());
        assertThat(once.gradientNorm()).isEqualTo(rows.gradientNorm());
        assertThat(parts.tokens()).isEqualTo(data.counts().tokens());
        assertThat(parts.loss()).isCloseTo(rows.loss(), within(1e-5));
        assertThat(parts.gradientNorm()).isCloseTo(rows.gradientNorm(), within(1e-5 * rows.gradientNorm()));
    }

    @Test
    void theEstimateOfMemoryIsThatOfAFullBatch() {
        long some = step(TrainingSettings.defaults().withBatchTokens(100));
        long more = step(TrainingSettings.defaults().withBatchTokens(400));
        long all = step(TrainingSettings.defaults().withBatchTokens(1_000_000));

        assertThat(some).isLessThan(more);
        assertThat(more).isLessThan(all);
        assertThat(all).isEqualTo(step(TrainingSettings.defaults().withBatchSize(1_000_000)));
    }

    private static long step(TrainingSettings settings) {
        return MemoryEstimate.of(training(settings).plan()).step();
    }

    private static Training training(TrainingSettings settings) {
        PeftModel model = peft.load(workshop.base());
        return peft.training(model, model.installYaml("{name: lora, rank: 4}", 1))
                .data(workshop.file("train.jsonl"))
                .settings(settings);
    }

    /** Before anything is trained or written, and by steps as by epochs. */
    @Test
    void aRowThatNoBatchTakesIsNamedBeforeTheFirstStep() {
        for (int steps : new int[] {0, 5}) {
            assertThatThrownBy(() -> training(TrainingSettings.defaults()
                                    .withBatchTokens(3)
                                    .withSteps(steps))
                            .plan())
                    .isInstanceOf(PeftException.class)
                    .hasMessageContaining("train.jsonl line 1")
                    .hasMessageContaining("a batch takes 3");
        }
    }
}
