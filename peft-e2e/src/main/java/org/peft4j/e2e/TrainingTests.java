package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
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
import org.peft4j.checkpoint.CheckpointWriter;
import org.peft4j.checkpoint.Fingerprint;
import org.peft4j.config.ConfigDocument;
import org.peft4j.model.Adapter;
import org.peft4j.model.Batch;
import org.peft4j.model.Sampling;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;
import org.peft4j.runtime.StepReport;
import org.peft4j.runtime.StopReason;
import org.peft4j.runtime.Trainer;
import org.peft4j.runtime.TrainingListener;
import org.peft4j.runtime.TrainingResult;

/** Training by configuration: what goes in, what comes out, and what happens when it goes wrong. */
class TrainingTests {
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

    private static TrainingResult train(ConfigDocument run) {
        return peft.trainer(run, new TrainingListener() {}).run();
    }

    private static byte[] adapterBytes(String output) throws IOException {
        return Files.readAllBytes(workshop.file(output).resolve("adapter_model.safetensors"));
    }

    @Test
    void trainingLearnsAndLeavesALoadableAdapter() {
        TrainingResult result = train(workshop.run("learned", "training.steps=60"));

        assertThat(result.reason()).isEqualTo(StopReason.COMPLETED);
        assertThat(result.after().orElseThrow().loss())
                .isLessThan(0.5 * result.before().orElseThrow().loss());
        PeftModel model = peft.load(workshop.base());
        Adapter loaded = model.loadAdapter(workshop.file("learned"));
        assertThat(loaded.method().name()).isEqualTo("lora");
        int[] ids = model.promptIds("say gold:");
        assertThat(model.with(loaded).logits(ids))
                .isDeepEqualTo(model.with(result.adapter()).logits(ids));
    }

    @Test
    void equalSeedsGiveEqualBitsAndOthersDoNot() throws IOException {
        train(workshop.run("seed-a"));
        train(workshop.run("seed-b"));
        train(workshop.run("seed-c", "training.seed=4"));

        assertThat(adapterBytes("seed-a")).isEqualTo(adapterBytes("seed-b")).isNotEqualTo(adapterBytes("seed-c"));
    }

    @Test
    void mergedGeneratesWhatTheAdapterGenerates() {
        TrainingResult result = train(workshop.run("to-merge", "training.steps=40"));
        PeftModel model = peft.load(workshop.base());
        Adapter adapter = model.loadAdapter(workshop.file("to-merge"));

        model.merge(List.of(adapter), workshop.file("merged"), CheckpointWriter.Existing.KEEP);

        PeftModel merged = peft.load(workshop.file("merged"));
        assertThat(result.steps()).isEqualTo(40);
        for (String word : List.of("red", "blue", "green")) {
            String prompt = "say " + word + ":";
            assertThat(merged.generate(prompt, Sampling.greedy(20)))
                    .isEqualTo(model.generate(prompt, Sampling.greedy(20), adapter))
                    .isNotEqualTo(model.generate(prompt, Sampling.greedy(20)));
        }
    }

    @Test
    void stoppedInTheMiddleItLeavesTheAdapterOfThatStep() throws IOException {
        List<Long> steps = new ArrayList<>();
        Trainer[] trainer = new Trainer[1];
        trainer[0] = peft.trainer(workshop.run("stopped"), new TrainingListener() {
            @Override
            public void stepped(StepReport report) {
                steps.add(report.step());
                if (report.step() == 5) {
                    trainer[0].stop();
                }
            }
        });

        TrainingResult result = trainer[0].run();
        train(workshop.run("five", "training.steps=5"));

        assertThat(result.reason()).isEqualTo(StopReason.INTERRUPTED);
        assertThat(result.steps()).isEqualTo(5);
        assertThat(steps).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(adapterBytes("stopped")).isEqualTo(adapterBytes("five"));
    }

    @Test
    void aLossThatIsNoNumberStopsAndKeepsTheLastGoodAdapter() {
        TrainingResult result = train(workshop.run("diverged", "optimizer.learning-rate=1e30", "training.clip=0"));

        assertThat(result.reason()).isEqualTo(StopReason.DIVERGED);
        Adapter kept = peft.load(workshop.base()).loadAdapter(workshop.file("diverged"));
        assertThat(kept.parameters().all()).allMatch(p -> p.finite());
        assertThat(result.after().orElseThrow().loss()).isFinite();
    }

    @Test
    void accumulatedBatchesGiveTheGradientOfOneLargeBatch() {
        TrainingResult once =
                train(workshop.run("large", "training.batch-size=16", "training.steps=1", "method.dropout=0"));
        TrainingResult twice = train(workshop.run(
                "small", "training.batch-size=8", "training.accumulation=2", "training.steps=1", "method.dropout=0"));

        assertThat(twice.trainLoss()).isCloseTo(once.trainLoss(), within(1e-5));
    }

    @Test
    void patienceEndsARunWithoutProgressWithTheBestAdapter() {
        TrainingResult result = train(workshop.run(
                "patient",
                "optimizer={name: sgd, learning-rate: 1e-12}",
                "training.steps=50",
                "training.eval-every=1",
                "training.patience=3"));

        assertThat(result.reason()).isEqualTo(StopReason.NO_PROGRESS);
        assertThat(result.steps()).isLessThan(50);
        assertThat(result.after().orElseThrow().loss())
                .isLessThanOrEqualTo(result.before().orElseThrow().loss() + 1e-9);
    }

    @Test
    void theBaseIsNotTouched() throws IOException {
        byte[] before = Files.readAllBytes(workshop.base().resolve("model.safetensors"));
        PeftModel model = peft.load(workshop.base());
        int[] ids = model.promptIds("say pink:");
        float[][] logits = model.with().logits(ids);

        train(workshop.run("untouched"));

        assertThat(Files.readAllBytes(workshop.base().resolve("model.safetensors")))
                .isEqualTo(before);
        assertThat(model.with().logits(ids)).isDeepEqualTo(logits);
    }

    @Test
    void fullFineTuningLeavesACheckpointThatLoads() {
        TrainingResult result = train(workshop.run("whole", "method=full", "optimizer.learning-rate=3e-3"));

        PeftModel trained = peft.load(workshop.file("whole").resolve("model"));
        int[] ids = trained.promptIds("say grey:");
        Batch batch = Batch.of(List.of(Batch.Sequence.of(ids)));
        assertThat(result.after().orElseThrow().loss())
                .isLessThan(result.before().orElseThrow().loss());
        assertThat(trained.with().loss(batch))
                .isCloseTo(peft.load(workshop.base()).with(result.adapter()).loss(batch), within(1e-6));
    }

    @Test
    void besideTheAdapterStandsWhereItCameFrom() {
        train(workshop.run("proven"));

        JsonNode provenance = Fixtures.json(workshop.file("proven").resolve("provenance.json"));
        assertThat(provenance.get("method").get("name").asText()).isEqualTo("lora");
        for (String file : List.of("model.safetensors", "config.json", "tokenizer.json")) {
            assertThat(provenance.get("base").get("sha256").get(file).asText()).hasSize(64);
        }
        assertThat(provenance.get("configuration_sha256").asText())
                .isEqualTo(Fingerprint.of(workshop.file("proven").resolve("run.yaml")));
        assertThat(provenance.get("data").get("train").get("sha256").asText()).hasSize(64);
        assertThat(provenance.get("result").get("steps").asInt()).isEqualTo(12);
        assertThat(workshop.file("proven").resolve("metrics.jsonl")).exists();
        ConfigDocument again = ConfigDocument.read(workshop.file("proven").resolve("run.yaml"))
                .withOverride("output=" + workshop.file("proven-again"));
        train(again);
        assertThat(workshop.file("proven-again").resolve("adapter_model.safetensors"))
                .hasSameBinaryContentAs(workshop.file("proven").resolve("adapter_model.safetensors"));
    }

    @Test
    void anEarlierResultIsNotReplacedUnlessAsked() {
        train(workshop.run("taken"));

        assertThatThrownBy(() -> train(workshop.run("taken")))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("taken")
                .hasMessageContaining("overwrite");
        assertThat(train(workshop.run("taken", "overwrite=true")).steps()).isEqualTo(12);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "method.name=lorra | lora",
                "method.rnak=3 | rank",
                "method.target-modules=[qproj] | q_proj",
                "optimizer.name=adam | adamw",
                "base=/nowhere/at/all | /nowhere/at/all",
                "data.train=/nowhere.jsonl | /nowhere.jsonl",
                "training.batch-size=0 | batch-size",
                "training.batch-type=tokens | a batch takes 8",
                "training.batch-type=rows | tokens",
                "schedule=cosin | cosine"
            })
    void aMistakeIsNamedAndTheMendSuggested(String mistake) {
        String[] parts = mistake.split(" \\| ");

        assertThatThrownBy(() -> train(workshop.run("mistake", parts[0])))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining(parts[1]);
        assertThat(workshop.file("mistake").resolve("adapter_config.json")).doesNotExist();
    }
}
