package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.api.PeftException;
import org.peft4j.config.ConfigDocument;
import org.peft4j.engine.EngineParam;
import org.peft4j.model.AdaptedModel;
import org.peft4j.model.Adapter;
import org.peft4j.model.Sampling;
import org.peft4j.runtime.AdamWSettings;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.PeftModel;
import org.peft4j.runtime.Training;
import org.peft4j.runtime.TrainingListener;
import org.peft4j.runtime.TrainingResult;
import org.peft4j.runtime.TrainingSettings;

/** Several methods trained on one model, at once and one after the other. */
class CombinedTrainingTests {
    @TempDir
    static Path temporary;

    private static Workshop workshop;
    private static Peft peft;
    private static PeftModel model;

    @BeforeAll
    static void start() {
        workshop = new Workshop(temporary);
        peft = Peft.create(2);
        model = peft.load(workshop.base());
    }

    @AfterAll
    static void stop() {
        peft.close();
    }

    private static Adapter lora(String name) {
        return model.installYaml(name, "{name: lora, rank: 4}", 1);
    }

    private static Adapter prefix(String name) {
        return model.installYaml(name, "{name: prefix, virtual-tokens: 4}", 2);
    }

    private static Training training(Adapter adapter) {
        return peft.training(model, adapter)
                .data(workshop.file("train.jsonl"))
                .heldOut(workshop.file("valid.jsonl"))
                .optimizer("adamw", AdamWSettings.of(1e-2))
                .settings(TrainingSettings.defaults().withBatchSize(8).withSteps(25));
    }

    private static TrainingResult run(Training training) {
        return training.run(new TrainingListener() {});
    }

    private static List<float[]> values(Adapter adapter) {
        return adapter.parameters().all().stream().map(EngineParam::toArray).toList();
    }

    @Test
    void trainedTogetherBothLearnAndComeBackFromTheirFiles() {
        Adapter lora = lora("default");
        Adapter prefix = prefix("prefix");
        List<float[]> start = values(prefix);

        TrainingResult both = run(training(lora).together(prefix).output(temporary.resolve("both")));
        TrainingResult alone = run(training(lora("alone")));

        assertThat(both.after().orElseThrow().loss())
                .isLessThan(0.7 * both.before().orElseThrow().loss())
                .isNotEqualTo(alone.after().orElseThrow().loss());
        assertThat(values(prefix).get(0)).isNotEqualTo(start.get(0));
        Adapter loaded = model.loadAdapter(temporary.resolve("both"), "a");
        Adapter other = model.loadAdapter(temporary.resolve("both/prefix"), "b");
        int[] ids = model.promptIds("say gold:");
        AdaptedModel again = model.with(other, loaded);
        assertThat(again.logits(ids)).isDeepEqualTo(model.with(prefix, lora).logits(ids));
        assertThat(model.generate("say gold:", Sampling.greedy(12), again))
                .isEqualTo(model.generate("say gold:", Sampling.greedy(12), prefix, lora));
    }

    private static ConfigDocument run(String method, Path output) {
        return ConfigDocument.parse(
                """
                base: %s
                method: %s
                data: {train: %s, eval: %s}
                optimizer: {name: adamw, learning-rate: 1e-2}
                training: {batch-size: 8, steps: 25}
                output: %s
                """.formatted(
                        workshop.base(), method, workshop.file("train.jsonl"), workshop.file("valid.jsonl"), output),
                "run.yaml");
    }

    @Test
    void aListOfMethodsInAConfigurationIsTrainedTogetherAndSavedSideBySide() throws IOException {
        Path output = temporary.resolve("configured");
        String methods = "[{name: prefix, virtual-tokens: 4}, {name: lora, as: low-rank, rank: 4}]";

        TrainingResult result =
                peft.trainer(run(methods, output), new TrainingListener() {}).run();

        assertThat(result.after().orElseThrow().loss())
                .isLessThan(0.7 * result.before().orElseThrow().loss());
        assertThat(output.resolve("adapter_config.json")).doesNotExist();
        Adapter prefix = model.loadAdapter(output.resolve("prefix"), "prefix");
        Adapter lora = model.loadAdapter(output.resolve("low-rank"), "low-rank");
        TrainingSettings none = TrainingSettings.defaults().withBatchSize(8).withSteps(0);
        TrainingResult measured = run(training(lora).together(prefix).settings(none));
        assertThat(measured.before().orElseThrow().loss())
                .isEqualTo(result.after().orElseThrow().loss());
        String again = Files.readString(output.resolve("run.yaml"));
        assertThat(again).contains("name: \"prefix\"", "as: \"low-rank\"");
        assertThatThrownBy(() -> peft.trainer(run(methods, output), new TrainingListener() {}))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("holds the result of an earlier run");
    }

    @Test
    void whatIsWrongInAListOfMethodsIsToldWithItsLine() {
        refused("[]", "run.yaml line 2", "the list of methods is empty");
        refused("[lora, lora]", "run.yaml line 2", "two adapters of the run are called 'lora'", "as: ...");
        refused("[{name: lora, as: ../up}]", "run.yaml line 2", "can't be an adapter's name");
        refused("[lora, {name: lorra}]", "there is no method 'lorra'", "'lora'");
        refused("[prefix, {name: lora, ranc: 4}]", "run.yaml line 2", "'ranc'", "'rank'");
        refused("{name: lora, as: mine}", "run.yaml line 2", "'as'");
    }

    private static void refused(String methods, String... said) {
        assertThatThrownBy(() -> peft.trainer(run(methods, temporary.resolve("none")), new TrainingListener() {}))
                .isInstanceOf(PeftException.class)
                .message()
                .contains(said);
    }

    @Test
    void trainedAfterAnotherOneItLearnsOnTopOfItAndLeavesItAsItIs() {
        Adapter first = prefix("first");
        TrainingResult before = run(training(first));
        List<float[]> kept = values(first);

        Adapter second = lora("second");
        TrainingResult after = run(training(second).beneath(first));

        assertThat(after.before().orElseThrow().loss())
                .isEqualTo(before.after().orElseThrow().loss());
        assertThat(after.after().orElseThrow().loss())
                .isLessThan(0.9 * after.before().orElseThrow().loss());
        assertThat(values(first)).usingRecursiveComparison().isEqualTo(kept);
    }
}
