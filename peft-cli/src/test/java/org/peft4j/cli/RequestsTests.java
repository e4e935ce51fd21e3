package org.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code peft generate --requests} and {@code peft bench-generate}. */
class RequestsTests {
    @TempDir
    static Path directory;

    private static Path model;
    private static Path adapter;

    @BeforeAll
    static void train() throws IOException {
        model = Cli.model(directory);
        adapter = directory.resolve("adapter");
        Path config = Cli.config(directory, model, Cli.data(directory), adapter);
        Cli.Outcome trained = Cli.run("train", config, "--quiet");
        assertThat(trained.code()).as(trained.err()).isZero();
    }

    private static Path requests(String... rows) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "requests", ".jsonl"), String.join("\n", rows));
    }

    private static Cli.Outcome generate(Path requests) {
        return Cli.run(
                "generate",
                "--base",
                model,
                "--adapter",
                "one=" + adapter,
                "--adapter",
                "half=" + adapter + ":0.5",
                "--max-new-tokens",
                "8",
                "--requests",
                requests);
    }

    private static String alone(Object... options) throws IOException {
        List<Object> words = new ArrayList<>(List.of("generate", "--base", model, "--max-new-tokens", "8", "--json"));
        words.addAll(List.of(options));
        return new ObjectMapper()
                .readTree(Cli.run(words.toArray()).out())
                .get("completion")
                .asText();
    }

    @Test
    void eachRowIsContinuedByTheAdapterItNames() throws IOException {
        Cli.Outcome outcome = generate(requests(
                "{\"adapter\": \"one\", \"prompt\": \"number 3 =>\"}",
                "{\"prompt\": \"number 3 =>\"}",
                "",
                "{\"adapter\": \"half\", \"prompt\": \"number 4 =>\"}",
                "{\"adapter\": null, \"prompt\": \"the cat\"}"));

        assertThat(outcome.code()).as(outcome.err()).isZero();
        List<String> lines = outcome.out().lines().toList();
        assertThat(lines).hasSize(4);
        List<JsonNode> rows = new ArrayList<>();
        for (String line : lines) {
            rows.add(new ObjectMapper().readTree(line));
        }
        assertThat(rows.get(0).get("adapter").asText()).isEqualTo("one");
        assertThat(rows.get(0).get("completion").asText())
                .isEqualTo(alone("--adapter", adapter, "--prompt", "number 3 =>"));
        assertThat(rows.get(1).get("adapter").isNull()).isTrue();
        assertThat(rows.get(1).get("completion").asText()).isEqualTo(alone("--prompt", "number 3 =>"));
        assertThat(rows.get(2).get("completion").asText())
                .isEqualTo(alone("--adapter", adapter + ":0.5", "--prompt", "number 4 =>"));
        assertThat(rows.get(3).get("prompt").asText()).isEqualTo("the cat");
    }

    @Test
    void whatIsWrongInARowIsSaidBeforeAnythingRuns() throws IOException {
        Cli.Outcome misspelt = generate(requests("{\"prompt\": \"a\"}", "{\"adapter\": \"hlf\", \"prompt\": \"a\"}"));
        assertThat(misspelt.code()).isEqualTo(2);
        assertThat(misspelt.out()).isEmpty();
        assertThat(misspelt.err()).contains("line 2", "no adapter 'hlf'", "did you mean 'half'", "unknown-adapter");

        assertThat(generate(requests("{\"adapter\": 3, \"prompt\": \"a\"}")).err())
                .contains("line 1", "'adapter' is 3, not a name");
        assertThat(generate(requests("{\"adapter\": \"one\"}")).err()).contains("line 1", "'prompt'");
        assertThat(generate(directory.resolve("nowhere.jsonl")).err()).contains("there is no such file");
    }

    @Test
    void theBenchmarkSaysWhatItMeasured() throws IOException {
        Cli.Outcome outcome = Cli.run(
                "bench-generate",
                "--method",
                "lora",
                "--base",
                model,
                "--batch",
                "3",
                "--adapters",
                "2",
                "--prompt-length",
                "4",
                "--new",
                "5",
                "--repeat",
                "1");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        JsonNode result = new ObjectMapper().readTree(outcome.out());
        assertThat(result.get("adapters").asInt()).isEqualTo(2);
        for (String key : List.of("tokens_per_s", "prefill_tokens_per_s", "decode_tokens_per_s", "memory_gb_per_s")) {
            assertThat(result.get(key).asDouble()).as(key).isPositive();
        }
        assertThat(Cli.run("bench-generate", "--new", "1").err()).contains("--new at least 2");
    }
}
