package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peft4j.api.PeftException;
import org.peft4j.config.ConfigDocument;
import org.peft4j.model.Adapter;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.RuntimeModule;
import org.peft4j.runtime.StepReport;
import org.peft4j.runtime.StopReason;
import org.peft4j.runtime.Trainer;
import org.peft4j.runtime.TrainingListener;
import org.peft4j.runtime.TrainingResult;

/** Runs that end too early, and are gone on with. */
class ResumeTests {
    @TempDir
    static Path temporary;

    private static Workshop workshop;
    private static Peft peft;

    @BeforeAll
    static void start() {
        workshop = new Workshop(temporary);
        peft = Peft.create(2, new AbstractModule() {
            @Override
            protected void configure() {
                Multibinder.newSetBinder(binder(), RuntimeModule.OPTIMIZERS)
                        .addBinding()
                        .toInstance(new CountingDescent.Factory());
            }
        });
    }

    @AfterAll
    static void stop() {
        peft.close();
    }

    /** What a killed program does: nothing more. */
    private static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static TrainingResult train(ConfigDocument run) {
        return peft.trainer(run, new TrainingListener() {}).run();
    }

    private static void trainAndDieAfter(long step, ConfigDocument run) {
        Trainer trainer = peft.trainer(run, new TrainingListener() {
            @Override
            public void stepped(StepReport report) {
                if (report.step() == step) {
                    throw new Death();
                }
            }
        });
        assertThatThrownBy(trainer::run).isInstanceOf(Death.class);
    }

    private static void assertSame(String output, String whole) throws IOException {
        for (String file : List.of("adapter_model.safetensors", "adapter_config.json")) {
            assertThat(workshop.file(output).resolve(file))
                    .hasSameBinaryContentAs(workshop.file(whole).resolve(file));
        }
        assertThat(metrics(output)).isEqualTo(metrics(whole));
        assertThat(workshop.file(output).resolve("checkpoints/step-00000000.safetensors"))
                .doesNotExist();
    }

    /** The lines without their times. */
    private static List<String> metrics(String output) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(workshop.file(output).resolve("metrics.jsonl"))) {
            JsonNode json = new ObjectMapper().readTree(line);
            lines.add(json.get("step") + " " + json.get("loss") + json.get("learning_rate") + json.get("gradient_norm")
                    + json.get("eval_loss"));
        }
        return lines;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "optimizer={name: adamw, learning-rate: 1e-2, weight-decay: 0.1}",
                "optimizer={name: adamw, learning-rate: 1e-2, state: mapped}",
                "optimizer={name: sgd, learning-rate: 1e-2, momentum: 0.9}",
                "optimizer={name: counting, learning-rate: 1e-2}"
            })
    void aRunThatWasKilledAndGoneOnWithTwiceEndsInTheBitsOfOneThatWasNot(String optimizer) throws IOException {
        String[] how = {
            optimizer,
            "schedule={name: cosine, warmup-steps: 3}",
            "training={batch-size: 5, steps: 17, seed: 3, accumulation: 2, eval-every: 4, patience: 50}",
            "checkpoints.every=3"
        };
        String name = "bits-" + Integer.toHexString(optimizer.hashCode());
        train(workshop.run(name + "-whole", how));

        trainAndDieAfter(8, workshop.run(name, how));
        trainAndDieAfter(14, workshop.run(name, how).with("resume", "true"));
        TrainingResult result = train(workshop.run(name, how).with("resume", "true"));

        assertThat(result.steps()).isEqualTo(17);
        assertSame(name, name + "-whole");
        assertThat(Fixtures.json(workshop.file(name).resolve("provenance.json")).get("resumed_at_steps"))
                .hasToString("[6,12]");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void batchesByTokensGoOnInTheSameBits(boolean grouped) throws IOException {
        String[] how = {
            "training={batch-size: 60, batch-type: tokens, epochs: 4, seed: 3, accumulation: 2, group-by-length: "
                    + grouped + "}",
            "checkpoints.every=2"
        };
        String name = "tokens-" + grouped;
        TrainingResult whole = train(workshop.run(name + "-whole", how));
        assertThat(whole.steps()).isGreaterThan(5);
        assertThat(whole.tokens()).isLessThanOrEqualTo(2 * 60 * whole.steps());

        trainAndDieAfter(3, workshop.run(name, how));
        trainAndDieAfter(whole.steps() - 1, workshop.run(name, how).with("resume", "true"));
        TrainingResult result = train(workshop.run(name, how).with("resume", "true"));

        assertThat(result.steps()).isEqualTo(whole.steps());
        assertThat(result.tokens()).isEqualTo(whole.tokens());
        assertSame(name, name + "-whole");
    }

    @Test
    void earlyStoppingCountsOnAndGivesTheBestAdapter() throws IOException {
        String[] how = {
            "schedule={name: linear, warmup-steps: 30}",
            "optimizer={name: sgd, learning-rate: 60, momentum: 0}",
            "training={batch-size: 8, steps: 30, seed: 3, clip: 1, eval-every: 2, patience: 2}",
            "checkpoints.every=1"
        };
        TrainingResult whole = train(workshop.run("patient-whole", how));
        assertThat(whole.reason()).isEqualTo(StopReason.NO_PROGRESS);

        trainAndDieAfter(whole.steps() + 3, workshop.run("patient-killed", how));
        TrainingResult result = train(workshop.run("patient-killed", how).with("resume", "true"));

        assertThat(result.reason()).isEqualTo(StopReason.NO_PROGRESS);
        assertSame("patient-killed", "patient-whole");
        assertThat(workshop.file("patient-killed/checkpoints/best/adapter_model.safetensors"))
                .hasSameBinaryContentAs(workshop.file("patient-killed/adapter_model.safetensors"));
    }

    @Test
    void aRunThatWasStoppedLeavesAnAdapterAndGoesOn() throws IOException {
        Trainer[] trainer = new Trainer[1];
        trainer[0] = peft.trainer(workshop.run("stopped"), new TrainingListener() {
            @Override
            public void stepped(StepReport report) {
                if (report.step() == 5) {
                    trainer[0].stop();
                }
            }
        });
        assertThat(trainer[0].run().reason()).isEqualTo(StopReason.INTERRUPTED);
        assertThat(workshop.file("stopped/adapter_model.safetensors")).exists();
        train(workshop.run("not-stopped"));

        train(workshop.run("stopped").with("resume", "true"));

        assertSame("stopped", "not-stopped");
    }

    @Test
    void anUnfinishedRunIsNoticedAndNeitherLostNorTakenForAnother() throws IOException {
        trainAndDieAfter(5, workshop.run("noticed", "checkpoints.every=2"));
        String other = Files.readString(workshop.file("train.jsonl")).replace("pink", "grey");
        workshop.write("other.jsonl", other);

        assertThatThrownBy(() -> train(workshop.run("noticed")))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("step 4 is its last checkpoint")
                .hasMessageContaining("--resume")
                .hasMessageContaining("--overwrite");
        assertThatThrownBy(() -> train(workshop.run("noticed", "method.rank=5", "training.steps=20", "resume=true")))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("method.rank was 4, is 5")
                .hasMessageContaining("training.steps was 12, is 20");
        assertThatThrownBy(() ->
                        train(workshop.run("noticed", "data.train=" + workshop.file("other.jsonl"), "resume=true")))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("the training data has another content");
        assertThatThrownBy(() -> train(workshop.run("noticed", "base=" + otherBase(), "resume=true")))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("the base's model.safetensors has another content");
        assertThat(train(workshop.run("noticed", "resume=true", "checkpoints.every=4"))
                        .steps())
                .isEqualTo(12);
        assertThatThrownBy(() -> train(workshop.run("noticed", "resume=true")))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("nothing to go on with");
    }

    private static Path otherBase() throws IOException {
        Path directory = Files.createDirectories(workshop.file("other-base"));
        try (Stream<Path> files = Files.list(workshop.base())) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.getFileName()));
            }
        }
        flipABit(directory.resolve("model.safetensors"));
        return directory;
    }

    private static void flipABit(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 4] ^= 4;
        Files.write(file, bytes);
    }

    @Test
    void aDamagedCheckpointIsToldAndAnEarlierOneTaken() throws IOException {
        trainAndDieAfter(7, workshop.run("damaged", "checkpoints.every=2"));
        Path newest = workshop.file("damaged/checkpoints/step-00000006.safetensors");
        flipABit(newest);
        List<String> notes = new ArrayList<>();
        train(workshop.run("undamaged"));

        peft.trainer(workshop.run("damaged", "resume=true"), new TrainingListener() {
                    @Override
                    public void resumed(long step, List<String> what) {
                        notes.add(step + ": " + what);
                    }
                })
                .run();

        assertThat(notes).singleElement().asString().startsWith("4: ").contains("step-00000006", "are not those");
        assertSame("damaged", "undamaged");
    }

    @Test
    void asManyCheckpointsStayAsAreAskedForAndTheBestBesides() throws IOException {
        trainAndDieAfter(11, workshop.run("kept", "checkpoints={every: 2, keep: 3}", "training.eval-every=3"));

        try (Stream<Path> files = Files.list(workshop.file("kept/checkpoints"))) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "step-00000006.safetensors",
                            "step-00000008.safetensors",
                            "step-00000010.safetensors",
                            "best");
        }
        Adapter best = peft.load(workshop.base()).loadAdapter(workshop.file("kept/checkpoints/best"));
        assertThat(best.parameters().all()).allMatch(p -> p.finite());
    }

    @Test
    void twoRunsDoNotWriteToOneOutput() {
        Trainer second = peft.trainer(workshop.run("twice"), new TrainingListener() {});
        Trainer first = peft.trainer(workshop.run("twice"), new TrainingListener() {
            @Override
            public void stepped(StepReport report) {
                if (report.step() == 3) {
                    assertThatThrownBy(second::run)
                            .isInstanceOf(PeftException.class)
                            .hasMessageContaining("Another run");
                }
            }
        });

        assertThat(first.run().steps()).isEqualTo(12);
    }
}
