package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peft4j.api.PeftException;
import org.peft4j.model.Adapter;
import org.peft4j.runtime.Evaluation;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.StopReason;
import org.peft4j.runtime.Trainer;
import org.peft4j.runtime.TrainingListener;
import org.peft4j.runtime.TrainingResult;

/** Which step's adapter a run leaves, however it ends. */
class RunEndTests {
    @TempDir
    static Path temporary;

    private static Workshop workshop;
    private static Peft peft;

    @BeforeAll
    static void start() {
        workshop = new Workshop(temporary);
        peft = Peft.create(2);
    }

    @AfterAll
    static void stop() {
        peft.close();
    }

    private static TrainingResult train(String output, String... changes) {
        return peft.trainer(workshop.run(output, changes), new TrainingListener() {})
                .run();
    }

    private static byte[] adapter(String output) throws IOException {
        return Files.readAllBytes(workshop.file(output).resolve("adapter_model.safetensors"));
    }

    @Test
    void withPatienceTheStepsAfterTheLastEvaluationCountToo() throws IOException {
        TrainingResult result = train("to-the-end", "training.eval-every=8", "training.patience=1");
        train("without", "training.eval-every=8");

        assertThat(result.reason()).isEqualTo(StopReason.COMPLETED);
        assertThat(result.steps()).isEqualTo(12);
        assertThat(adapter("to-the-end")).isEqualTo(adapter("without"));
    }

    @Test
    void withPatienceTheResultIsTheStepWithTheLowestLoss() throws IOException {
        List<Evaluation> seen = new ArrayList<>();
        TrainingResult result = peft.trainer(
                        workshop.run(
                                "best",
                                "schedule={name: linear, warmup-steps: 30}",
                                "optimizer={name: sgd, learning-rate: 60, momentum: 0}",
                                "training={batch-size: 8, steps: 30, seed: 3, clip: 1, eval-every: 2, patience: 2}"),
                        new TrainingListener() {
                            @Override
                            public void evaluated(long step, Evaluation evaluation) {
                                seen.add(evaluation);
                            }
                        })
                .run();

        assertThat(result.reason()).isEqualTo(StopReason.NO_PROGRESS);
        double lowest = seen.stream().mapToDouble(Evaluation::loss).min().orElseThrow();
        assertThat(result.after().orElseThrow().loss()).isEqualTo(lowest);
        assertThat(lowest).isLessThan(result.before().orElseThrow().loss());
        assertThat(2L * (seen.size() - 1) - result.steps()).as("steps since").isEqualTo(4);
    }

    @Test
    void patienceWithoutEvaluationsIsRefused() {
        assertThatThrownBy(() -> train("impatient", "training.patience=2"))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("training.eval-every is 0");
        assertThatThrownBy(() -> train("blind", "training.patience=2", "training.eval-every=1", "data.eval=''"))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("no held-out data");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "method.target-modules=all-linear", // the loss becomes NaN
                "method.target-modules=[q_proj, v_proj]" // every logit becomes 0, and with them the gradient
            })
    void aRunThatFallsApartLeavesTheAdapterOfTheStepBefore(String targets) {
        TrainingResult result = train(
                targets.contains("all") ? "apart" : "deaf",
                targets,
                "optimizer.learning-rate=1e30",
                "training.clip=0",
                "data.eval=''");

        assertThat(result.reason()).isEqualTo(StopReason.DIVERGED);
        assertThat(result.steps()).isLessThan(12);
    }

    @Test
    void theLastStepOfAllMayBeTheOneThatFallsApart() {
        TrainingResult result = train("late", "optimizer.learning-rate=1e30", "training.clip=0", "training.steps=1");

        assertThat(result.reason()).isEqualTo(StopReason.DIVERGED);
        Adapter kept = peft.load(workshop.base()).loadAdapter(workshop.file("late"));
        assertThat(kept.parameters().all()).allMatch(p -> p.finite());
        assertThat(result.after().orElseThrow().loss())
                .isEqualTo(result.before().orElseThrow().loss());
    }

    @Test
    void stoppedBeforeTheFirstStepItLeavesWhatWasThere() throws IOException {
        train("earlier");
        byte[] earlier = adapter("earlier");
        Trainer trainer = peft.trainer(workshop.run("earlier", "overwrite=true"), new TrainingListener() {});
        trainer.stop();

        TrainingResult result = trainer.run();

        assertThat(result.reason()).isEqualTo(StopReason.INTERRUPTED);
        assertThat(result.steps()).isZero();
        assertThat(adapter("earlier")).isEqualTo(earlier);
    }

    @Test
    void aFileOfTheResultsNameIsNotReplaced() throws IOException {
        Path own = Files.createDirectories(workshop.file("own")).resolve("run.yaml");
        Files.writeString(own, "base: my own notes\n");

        assertThatThrownBy(() -> train("own")).isInstanceOf(PeftException.class).hasMessageContaining("run.yaml");
        assertThat(own).hasContent("base: my own notes\n");
    }

    @Test
    void aSectionWithoutANameChangesTheUsualOne() {
        TrainingResult result =
                train("usual", "optimizer={learning-rate: 1e-2}", "schedule={warmup-steps: 2}", "training.steps=3");

        assertThat(result.steps()).isEqualTo(3);
        assertThat(Fixtures.json(workshop.file("usual").resolve("provenance.json"))
                        .at("/configuration/optimizer/name")
                        .asText())
                .isEqualTo("adamw");
    }
}
