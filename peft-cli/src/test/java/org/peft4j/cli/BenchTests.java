package org.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.checkpoint.TextTokenizer;
import org.peft4j.data.DataFile;
import org.peft4j.data.DataSettings;
import org.peft4j.data.Dataset;
import org.peft4j.data.Tokenizing;

/** What {@code peft bench} says; how fast anything is is not tested. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BenchTests {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Path model;
    private Path data;

    @BeforeAll
    void make(@TempDir Path directory) throws IOException {
        model = Cli.model(directory);
        data = Cli.data(directory);
    }

    private static Cli.Outcome bench(Object... more) {
        Object[] all = new Object[more.length + 3];
        all[0] = "bench";
        all[1] = "--method";
        all[2] = "lora";
        System.arraycopy(more, 0, all, 3, more.length);
        return Cli.run(all);
    }

    @Test
    void itEndsWithOneLineOfJson() throws IOException {
        Cli.Outcome outcome =
                bench("--base", model, "--batch", "2", "--seq", "16", "--steps", "3", "-s", "rank=2", "--threads", "1");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        JsonNode line = JSON.readTree(outcome.out());
        assertThat(line.get("method").asText()).isEqualTo("lora");
        assertThat(line.get("tokens_per_s").asDouble()).isPositive();
        assertThat(line.get("first_loss").asDouble()).isPositive();
        assertThat(line.get("threads").asInt()).isEqualTo(1);
        assertThat(line.get("share_of_peak").asDouble()).isBetween(0.0, 1.0);
        assertThat(line.get("step_s").get("backward").asDouble()).isPositive();
        // Two layers of 2 q and o of 32 x 32, k and v of 32 x 16 and three of 32 x 64, on 32 tokens.
        assertThat(line.get("product_gflop").get("base_forward").asDouble() * 1e9)
                .isEqualTo(2.0 * 32 * 2 * (2 * 32 * 32 + 2 * 32 * 16 + 3 * 32 * 64), within(0.5e6));
    }

    @Test
    void itTakesAFilesRowsAndCountsTheirTokens() throws IOException {
        Cli.Outcome outcome = bench("--base", model, "--data", data, "--batch", "8", "--steps", "2");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        Tokenizing tokenizer = Tokenizing.of(TextTokenizer.open(model));
        long tokens = Dataset.read(DataFile.of(data), tokenizer, DataSettings.upTo(64))
                .counts()
                .tokens();
        assertThat(JSON.readTree(outcome.out()).get("tokens_per_step").asDouble())
                .isEqualTo(tokens);
        assertThat(bench("--base", model, "--data", data, "--batch", "9").err()).contains("fewer than one batch of 9");
    }

    @Test
    void itDrawsACurveOverLengths() throws IOException {
        Cli.Outcome outcome = bench(
                "--shape",
                "tiny-1m",
                "--layers",
                "1",
                "--batch",
                "1",
                "--steps",
                "1",
                "--curve",
                "lengths",
                "--seq",
                "256");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        List<String> lines = outcome.out().lines().toList();
        assertThat(lines.get(0)).startsWith("| length |");
        assertThat(lines.get(2)).startsWith("| 128 |");
        assertThat(lines.get(3)).startsWith("| 256 |");
        assertThat(JSON.readTree(lines.get(4)).get("curve")).hasSize(2);
    }

    @Test
    void itRefusesWhatDoesNotGoTogether() {
        assertThat(bench("--data", data).err()).contains("--data needs --base");
        assertThat(bench("--base", model, "--layers", "1").err()).contains("for a --shape only");
        assertThat(bench("--base", model, "--steps", "2", "--warmup", "2").err())
                .contains("--warmup is at least 0 and less than --steps");
        assertThat(bench("--base", model, "--seq", "65").err()).contains("[context-exceeded]");
    }
}
