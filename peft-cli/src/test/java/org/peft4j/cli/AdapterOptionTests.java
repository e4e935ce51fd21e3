package org.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several adapters on the command line, by name and weight. */
class AdapterOptionTests {
    @TempDir
    static Path directory;

    private static Path model;
    private static Path data;
    private static Path adapter;

    @BeforeAll
    static void train() throws IOException {
        model = Cli.model(directory);
        data = Cli.data(directory);
        adapter = directory.resolve("adapter");
        Cli.Outcome trained = Cli.run("train", Cli.config(directory, model, data, adapter), "--quiet");
        assertThat(trained.code()).as(trained.err()).isZero();
    }

    private static double loss(Object... adapters) throws IOException {
        List<Object> words = new ArrayList<>(List.of("eval", "--base", model, "--data", data, "--json"));
        words.addAll(List.of(adapters));
        Cli.Outcome outcome = Cli.run(words.toArray());
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return new ObjectMapper().readTree(outcome.out()).get("loss").asDouble();
    }

    @Test
    void aWeightScalesWhatAnAdapterChanges() throws IOException {
        double plain = loss();
        double whole = loss("--adapter", adapter);

        assertThat(loss("--adapter", "half=" + adapter + ":0.5")).isStrictlyBetween(whole, plain);
        assertThat(loss("--adapter", adapter + ":0")).isEqualTo(plain);
        assertThat(loss("--adapter", "a=" + adapter + ":0.25", "--adapter", "b=" + adapter + ":.75"))
                .isCloseTo(whole, within(1e-5));
    }

    @Test
    void anAdapterOfOtherWeightsOfTheSameShapeSaysSo() throws IOException {
        Path other = directory.resolve("other-weights");
        Path tokenizer = Cli.repository().resolve("peft-embedded/src/main/resources/org/peft4j/embedded/model");
        Cli.run("new-model", "--config", model, "--tokenizer", tokenizer, "--out", other, "--seed", "5");

        assertThat(Cli.run("eval", "--base", model, "--adapter", adapter, "--data", data)
                        .err())
                .doesNotContain("other weights");
        assertThat(Cli.run("eval", "--base", other, "--adapter", adapter, "--data", data)
                        .err())
                .contains("was trained on other weights", model.toString(), other.toString());
    }

    @Test
    void mergedWithWeightsItIsTheWeightedModel() throws IOException {
        Path merged = directory.resolve("merged");
        Cli.Outcome outcome = Cli.run("merge", "--base", model, "--adapter", adapter + ":0.5", "--out", merged);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(new ObjectMapper()
                        .readTree(Cli.run("eval", "--base", merged, "--data", data, "--json")
                                .out())
                        .get("loss")
                        .asDouble())
                .isCloseTo(loss("--adapter", adapter + ":0.5"), within(1e-5));
    }

    @Test
    void aWeightThatIsNoNumberAndANameTwiceAreRefused() {
        assertThat(Cli.run("eval", "--base", model, "--adapter", adapter + ":--", "--data", data)
                        .err())
                .contains("'--' behind the colon is no number");
        assertThat(Cli.run("eval", "--base", model, "--adapter", adapter, "--adapter", adapter, "--data", data)
                        .err())
                .contains("two active adapters have one name");
    }
}
