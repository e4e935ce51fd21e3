package org.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
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
                "optimizer.learning-rate=1e4",
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

    private JsonNode promptIds(String prompt, String option) throws IOException {
        Cli.Outcome made =
                Cli.run("generate", "--base", model, "--prompt", prompt, option, "--json", "--max-new-tokens", 1);
        assertThat(made.code()).as(made.err()).isZero();
        return new ObjectMapper().readTree(made.out()).get("prompt_ids");
    }
}
