package org.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each command does when all is well. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandTests {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final Path model;
    private final Path data;
    private final Path run;
    private final Path adapter;
    private final Cli.Outcome trained;

    CommandTests(@TempDir Path directory) throws IOException {
        this.directory = directory;
        this.model = Cli.model(directory);
        this.data = Cli.data(directory);
        this.adapter = directory.resolve("adapter");
        this.run = Cli.config(directory, model, data, adapter);
        this.trained = Cli.run("train", run);
    }

    private JsonNode json(Object... args) throws IOException {
        Cli.Outcome outcome = Cli.run(args);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return JSON.readTree(outcome.out());
    }

    @Test
    void trainTellsThePlanThePreviewAndTheOutcome() {
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.out())
                .contains("lora (rank 4, target-modules all-linear)", "% of the base's", "8 rows, 8 sequences")
                .contains("  masked  | ", "  trained |  the cat sat<EOS>")
                .contains("held-out prompt", "before  ", "after  ", "reference the cat sat")
                .contains("Held-out loss: ", "Adapter written to " + adapter, "PeftModel.from_pretrained(");
        assertThat(trained.err()).contains("step 8/8: loss ");
    }

    @Test
    void trainLowersTheLossThatEvalMeasures() throws IOException {
        double before = json("eval", "--base", model, "--data", data, "--json")
                .get("loss")
                .asDouble();
        JsonNode after = json("eval", "--adapter", adapter, "--data", data, "--json");

        assertThat(after.get("loss").asDouble()).isLessThan(before - 0.3);
        assertThat(after.get("perplexity").asDouble())
                .isCloseTo(Math.exp(after.get("loss").asDouble()), within(1e-6));
        assertThat(after.get("sequences").asInt()).isEqualTo(8);
    }

    @Test
    void theSameSeedGivesTheSameBytes() throws IOException {
        Path again = directory.resolve("again");
        JsonNode summary = json("train", run, "--out", again, "--json", "--quiet");

        assertThat(summary.get("reason").asText()).isEqualTo("completed");
        assertThat(again.resolve("adapter_model.safetensors"))
                .hasSameBinaryContentAs(adapter.resolve("adapter_model.safetensors"));
    }

    @Test
    void mergedModelGeneratesWhatTheAdapterGenerates() throws IOException {
        Path merged = directory.resolve("merged");
        Cli.Outcome outcome = Cli.run("merge", "--base", model, "--adapter", adapter, "--out", merged);
        assertThat(outcome.code()).as(outcome.err()).isZero();

        String one = Cli.run("generate", "--base", merged, "--prompt", "number 3 =>", "--max-new-tokens", "6")
                .out();
        String two = Cli.run("generate", "--adapter", adapter, "--prompt", "number 3 =>", "--max-new-tokens", "6")
                .out();
        assertThat(one).isEqualTo(two).isNotBlank();
        assertThat(Cli.run("merge", "--base", model, "--adapter", adapter, "--out", merged)
                        .err())
                .contains("exists");
    }

    @Test
    void generateReadsRowsAsTrainingDoes() throws IOException {
        Cli.Outcome outcome = Cli.run(
                "generate",
                "--base",
                model,
                "--prompts",
                data,
                "--limit",
                "2",
                "--max-new-tokens",
                "3",
                "--no-stop",
                "--json");

        assertThat(outcome.out().lines()).hasSize(2);
        JsonNode second = JSON.readTree(outcome.out().lines().toList().get(1));
        assertThat(second.get("prompt").asText()).isEqualTo("number 1 =>");
        assertThat(second.get("generated_ids")).hasSize(3);
        assertThat(second.get("row").get("completion").asText()).isEqualTo(" the cat sat");
    }

    @Test
    void promptIdsGiveIdsLikeThePromptTheyStandFor() throws IOException {
        String ids = Cli.run("tokens", "--base", model, "--text", "number 1 =>", "--bos")
                .out()
                .strip();
        JsonNode byText = json(
                "generate", "--base", model, "--prompt", "number 1 =>", "--max-new-tokens", "5", "--no-stop", "--json");
        Cli.Outcome byIds =
                Cli.run("generate", "--base", model, "--prompt-ids", ids, "--max-new-tokens", "5", "--no-stop");

        assertThat(byIds.out().replace(" ", "").strip())
                .isEqualTo(byText.get("generated_ids").toString());
    }

    @Test
    void logitsEqualThoseOfTransformers() throws IOException {
        Path fixture = Cli.repository().resolve("fixtures/models/llama-gqa");
        JsonNode expected = JSON.readTree(fixture.resolve("expected.json").toFile());
        Path out = directory.resolve("logits.json");

        Cli.Outcome outcome = Cli.run(
                "logits", "--base", fixture, "--ids", expected.get("input_ids").toString(), "--out", out);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        JsonNode logits = JSON.readTree(out.toFile()).get("logits");
        JsonNode last = logits.get(logits.size() - 1);
        for (int i = 0; i < last.size(); i++) {
            assertThat(last.get(i).asDouble())
                    .isCloseTo(expected.get("logits_last").get(i).asDouble(), within(1e-4));
        }
    }

    @Test
    void methodsShowsWhereAMethodComesFromAndItsSettings() throws IOException {
        assertThat(Cli.run("methods").out()).contains("full\n", "lora\n", "module org.peft4j.lora");
        assertThat(Cli.run("methods", "lora").out()).contains("rank  (whole number, default 8)", "peft_type LORA");
        JsonNode lora = json("methods", "lora", "--json").get(0);
        assertThat(lora.get("location").asText()).contains("peft-lora");
        assertThat(lora.get("settings").get(0).get("key").asText()).isEqualTo("rank");
    }

    @Test
    void inspectTellsModelsFromAdapters() throws IOException {
        assertThat(Cli.run("inspect", model).out())
                .contains("architecture: llama", "layers: 2", "context: 64 tokens", "q_proj: 32 to 32");
        assertThat(Cli.run("inspect", adapter, "--tensors").out())
                .contains("peft_type: LORA", "method: lora", "q_proj.lora_A.weight: F32 [4, 32]");
        assertThat(json("inspect", adapter, "--json").get("settings").get("r").asInt())
                .isEqualTo(4);
    }

    @Test
    void doctorNamesTheBlasAndTheMethods() throws IOException {
        JsonNode facts = json("doctor", "--json");

        assertThat(facts.get("BLAS").asText()).startsWith("OpenBLAS 0.3");
        assertThat(facts.get("product").asText()).contains("GF/s");
        assertThat(facts.get("methods").asText()).isEqualTo("full, lora");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train",
                "eval",
                "generate",
                "merge",
                "methods",
                "inspect",
                "new-model",
                "tokens",
                "logits",
                "bench",
                "doctor",
                "completion"
            })
    void everyCommandHasHelpWithExamples(String command) {
        Cli.Outcome outcome = Cli.run(command, "--help");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).contains("Usage: peft " + command, "Examples:", "  peft " + command);
    }

    @Test
    void completionIsAScriptThatKnowsTheCommands() {
        assertThat(Cli.run("completion").out()).startsWith("#!").contains("complete ", "generate", "--prompts");
    }

    @Test
    void filesOfTextsAreTokenizedLineByLine() throws IOException {
        Path texts = Files.writeString(directory.resolve("texts.jsonl"), "\"the cat\"\n{\"text\": \"the mat\"}\n");

        assertThat(Cli.run("tokens", "--base", model, "--file", texts).out().lines())
                .hasSize(2)
                .allMatch(l -> l.matches("\\[\\d+(,\\d+)*]"));
    }
}
