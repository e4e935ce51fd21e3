package org.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command does for a user who would otherwise be misled. */
class GuidanceTests {
    @TempDir
    private Path directory;

    private Path model;

    @BeforeEach
    void makeModel() throws IOException {
        model = Cli.model(directory);
    }

    @Test
    void aRunThatMadeItWorseSaysSo() throws IOException {
        Path learned = directory.resolve("learned");
        Path good = directory.resolve("good");
        Path run = Cli.config(directory, model, Cli.data(directory), learned);
        assertThat(Cli.run("train", run, "--quiet").code()).isZero();
        assertThat(Cli.run("merge", "--adapter", learned, "--out", good).code()).isZero();

        Cli.Outcome worse = Cli.run(
                "train",
                run,
                "-s",
                "base=" + good,
                "-s",
                "optimizer.learning-rate=10",
                "--out",
                directory.resolve("w"));
        assertThat(worse.code()).isZero();
        assertThat(worse.err())
                .as(worse.out())
                .contains("warning: training made the held-out loss worse", "optimizer.learning-rate");
    }

    @Test
    void aChatWithoutATemplateIsPromptedAsItIsTrained() throws IOException {
        assertThat(promptIds("Hi", "--chat")).isEqualTo(promptIds("user: Hi\nassistant:", "--no-stop"));
    }

    @Test
    void aConversationThatEndsWithTheUserIsContinued() throws IOException {
        Path chats = Files.writeString(
                directory.resolve("chats.jsonl"),
                "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}]}\n"
                        + "{\"messages\": [{\"role\": \"user\", \"content\": \"Ho\"}]}\n");

        Cli.Outcome made = Cli.run("generate", "--base", model, "--prompts", chats, "--json", "--max-new-tokens", 1);

        assertThat(made.code()).as(made.err()).isZero();
        JsonNode second =
                new ObjectMapper().readTree(made.out().lines().toList().get(1));
        assertThat(second.get("prompt_ids")).isEqualTo(promptIds("Ho", "--chat"));
    }

    @Test
    void aPromptThatIsTooLongIsNamedBeforeAnythingIsGenerated() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            rows.append("{\"prompt\": \"")
                    .append(i == 39 ? "long ".repeat(70) : "short")
                    .append("\"}\n");
        }
        Path prompts = Files.writeString(directory.resolve("prompts.jsonl"), rows);

        Cli.Outcome made = Cli.run("generate", "--base", model, "--prompts", prompts, "--max-new-tokens", 1);

        assertThat(made.code()).isEqualTo(Main.USER_ERROR);
        assertThat(made.err()).contains("prompt 40 has ", "[context-exceeded]");
        assertThat(made.out()).isEmpty();
    }

    @Test
    void aSettingOfASectionThatIsJustANameCanBeChanged() throws IOException {
        Path run = Cli.config(directory, model, Cli.data(directory), directory.resolve("named"));

        Cli.Outcome made = Cli.run("train", run, "-s", "method=lora", "-s", "method.rank=2", "-s", "training.steps=1");

        assertThat(made.code()).as(made.err()).isZero();
        assertThat(made.out()).contains("lora (rank 2)");
    }

    @Test
    void evalReadsRowsAsTrainingWasToldTo() throws IOException {
        Path data = Cli.data(directory);
        ObjectMapper json = new ObjectMapper();

        Cli.Outcome cut =
                Cli.run("eval", "--base", model, "--data", data, "--max-length", 8, "--too-long", "truncate", "--json");
        Cli.Outcome refused =
                Cli.run("eval", "--base", model, "--data", data, "--max-length", 8, "--too-long", "error");

        assertThat(json.readTree(cut.out()).get("tokens").asInt()).as(cut.err()).isEqualTo(64);
        assertThat(refused.err()).contains("data.jsonl line 1", "[data-too-long]");
    }

    @Test
    void settingsThatDoNothingAreNamed() throws IOException {
        Path run = Cli.config(directory, model, Cli.data(directory), directory.resolve("idle"));

        Cli.Outcome blind =
                Cli.run("train", run, "-s", "data.eval=''", "-s", "training.eval-every=2", "-s", "training.steps=1");
        Cli.Outcome unmarked = Cli.run(
                "train", run, "-s", "samples.checked=2", "-s", "training.steps=1", "--out", directory.resolve("idle2"));

        assertThat(blind.err()).contains("training.eval-every does nothing", "samples do nothing");
        assertThat(unmarked.err()).contains("samples.checked does nothing");
    }

    @Test
    void settingsOfARunAreListedWithTheirDefaults() {
        Cli.Outcome all = Cli.run("settings");

        assertThat(all.code()).isZero();
        assertThat(all.out())
                .contains(
                        "eval-every  (whole number, default 0)",
                        "too-long  (one of",
                        "momentum  (number, default 0.9)");
    }

    private JsonNode promptIds(String prompt, String option) throws IOException {
        Cli.Outcome made =
                Cli.run("generate", "--base", model, "--prompt", prompt, option, "--json", "--max-new-tokens", 1);
        assertThat(made.code()).as(made.err()).isZero();
        return new ObjectMapper().readTree(made.out()).get("prompt_ids");
    }
}
