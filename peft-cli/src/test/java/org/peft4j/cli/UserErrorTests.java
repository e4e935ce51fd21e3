package org.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the user gets wrong: exit code 2, what is wrong and where, what to do, and no stack trace. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UserErrorTests {
    private final Path directory;
    private final Path model;
    private final Path run;

    UserErrorTests(@TempDir Path directory) throws IOException {
        this.directory = directory;
        this.model = Cli.model(directory);
        this.run = Cli.config(directory, model, Cli.data(directory), directory.resolve("out"));
    }

    private static Arguments row(String what, List<Object> args, String... said) {
        return Arguments.of(what, args, List.of(said));
    }

    Stream<Arguments> errors() throws IOException {
        return Stream.of(models(), files(), settings(), options()).flatMap(s -> s);
    }

    private Stream<Arguments> models() throws IOException {
        Path truncated = Cli.copy(model, directory.resolve("truncated"));
        byte[] weights = Files.readAllBytes(truncated.resolve("model.safetensors"));
        Files.write(truncated.resolve("model.safetensors"), java.util.Arrays.copyOf(weights, weights.length - 1000));
        Path other = Cli.copy(model, directory.resolve("other"));
        String config = Files.readString(other.resolve("config.json"));
        Files.writeString(
                other.resolve("config.json"),
                config.replace("\"llama\"", "\"gpt2\"").replace("LlamaForCausalLM", "GPT2LMHeadModel"));
        return Stream.of(
                row("a truncated safetensors", List.of("inspect", truncated), "model.safetensors", "cut short"),
                row("an unknown architecture", List.of("inspect", other), "gpt2", "llama, mistral, qwen2"));
    }

    private Stream<Arguments> files() throws IOException {
        Path empty = Files.writeString(directory.resolve("empty.jsonl"), "");
        Path broken = Files.writeString(
                directory.resolve("broken.jsonl"), "{\"prompt\": \"a\", \"completion\": \" b\"}\n{\"prompt\": \n");
        String longPrompt = "the cat sat on the mat ".repeat(40);
        return Stream.of(
                row(
                        "a base that isn't there",
                        List.of("generate", "--base", directory.resolve("nowhere"), "--prompt", "a"),
                        "nowhere doesn't exist",
                        "Check the path"),
                row(
                        "a configuration that isn't there",
                        List.of("train", "nowhere.yaml"),
                        "nowhere.yaml",
                        "no such file"),
                row("an empty data file", List.of("train", run, "-s", "data.train=" + empty), "empty.jsonl is empty"),
                row(
                        "a line that isn't JSON",
                        List.of("train", run, "-s", "data.train=" + broken),
                        "broken.jsonl line 2"),
                row(
                        "prompts with a line that isn't JSON",
                        List.of("generate", "--base", model, "--prompts", brokenPrompts()),
                        "prompts.jsonl line 2",
                        "not JSON"),
                row(
                        "a prompt longer than the context",
                        List.of("generate", "--base", model, "--prompt", longPrompt),
                        "context",
                        "Shorten the prompt"));
    }

    private Path brokenPrompts() throws IOException {
        return Files.writeString(directory.resolve("prompts.jsonl"), "{\"prompt\": \"a\"}\nnonsense\n");
    }

    private Stream<Arguments> settings() {
        return Stream.of(
                row(
                        "an unknown method",
                        List.of("train", run, "-s", "method.name=lorra"),
                        "no method 'lorra'",
                        "did you mean 'lora'",
                        "Installed: full, lora"),
                row("an unknown key", List.of("train", run, "-s", "method.rnk=4"), "'rnk'", "did you mean 'rank'"),
                row(
                        "a target that matches nothing",
                        List.of("train", run, "-s", "method.target-modules=[query]"),
                        "'query' matches no linear layer",
                        "down_proj, gate_proj, k_proj"),
                row(
                        "an excluded module that isn't there",
                        List.of("train", run, "-s", "method.exclude-modules=[query]"),
                        "exclude-modules: 'query' matches no linear layer"),
                row("an output that is a file", List.of("train", run, "--out", run), "is a file; the output is"),
                row(
                        "a learning rate that makes the loss NaN",
                        List.of("train", run, "-s", "optimizer.learning-rate=1e30", "-s", "training.clip=0"),
                        "diverged",
                        "last good adapter",
                        "Lower optimizer.learning-rate"));
    }

    private Stream<Arguments> options() {
        return Stream.of(
                row("a method to list", List.of("methods", "lorra"), "did you mean 'lora'"),
                row("a shape", List.of("new-model", "--shape", "smollm", "--out", "x"), "no shape 'smollm'", "tiny-1m"),
                row(
                        "a number of threads",
                        List.of("eval", "--base", model, "--data", "x", "--threads", "0"),
                        "--threads"),
                row(
                        "a temperature",
                        List.of("generate", "--base", model, "--temperature", "-1"),
                        "--temperature must be"),
                row("a token id", List.of("generate", "--base", model, "--prompt-ids", "1,9999"), "no token 9999"),
                row(
                        "a layout",
                        List.of("eval", "--base", model, "--data", "x", "--format", "csv"),
                        "prompt-completion"),
                row("an option", List.of("generate", "--base", model, "--promt", "a"), "--promt"),
                row("a command", List.of("trian"), "no command 'trian'", "train"),
                row("a seed", List.of("generate", "--base", model, "--seed", "x"), "'x' is not a whole number"),
                row(
                        "an element type",
                        List.of("new-model", "--shape", "tiny-1m", "--out", "x", "--dtype", "i8"),
                        "'i8' is none of F32, BF16, F16"),
                row("no base", List.of("generate", "--prompt", "a"), "--base=DIR"),
                row("no adapter", List.of("merge", "--base", model, "--out", "x"), "--adapter=DIR"),
                row("a directory without a model", List.of("inspect", directory), "Models below it: " + directory),
                row("a directory that isn't there", List.of("inspect", "nowhere"), "There is no nowhere"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("errors")
    void saysWhatIsWrongAndWhatToDo(String what, List<Object> args, List<String> said) {
        Cli.Outcome outcome = Cli.run(args.toArray());

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(Main.USER_ERROR);
        assertThat(outcome.err()).containsPattern("(?m)^error: ").contains(said).doesNotContain("\tat ", "Exception");
    }

    @Test
    void theLineOfAnUnknownKeyIsNamed() throws IOException {
        Path file = directory.resolve("typo.yaml");
        Files.writeString(file, Files.readString(run).replace("batch-size", "bach-size"));

        assertThat(Cli.run("train", file).err())
                .contains("typo.yaml line 5", "'bach-size'", "did you mean 'batch-size'");
    }

    @Test
    void aDivergedRunLeavesAnAdapterThatLoads() {
        Path out = directory.resolve("diverged");
        Cli.run("train", run, "--out", out, "-s", "optimizer.learning-rate=1e30", "-s", "training.clip=0");

        assertThat(Cli.run("generate", "--base", model, "--adapter", out, "--prompt", "a")
                        .code())
                .isZero();
    }

    @Test
    void aStackTraceIsShownOnRequest() {
        assertThat(Cli.run("inspect", "nowhere", "--stacktrace").err()).contains("PeftException", "\tat ");
    }

    @Test
    void aDefectIsReportedWithALogFile() throws IOException {
        java.io.ByteArrayOutputStream err = new java.io.ByteArrayOutputStream();
        Screen screen = Screen.plain(System.out, new java.io.PrintStream(err, true));

        int code = new Failures(screen, new String[] {"train"}).report(new IllegalStateException("a bug"));

        assertThat(code).isEqualTo(Main.DEFECT);
        String said = err.toString(java.nio.charset.StandardCharsets.UTF_8);
        assertThat(said).contains("defect", "a bug", "Please report it").doesNotContain("\tat ");
        Path log = Path.of(said.replaceAll("(?s).*with the file (\\S+) .*", "$1"));
        assertThat(Files.readString(log)).contains("peft train", "IllegalStateException", "\tat ");
        Files.delete(log);
    }
}
