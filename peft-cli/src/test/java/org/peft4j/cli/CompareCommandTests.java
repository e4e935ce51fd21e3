package org.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.compare.UnitCommand;

/** Comparisons whose units are processes, as users run them. */
class CompareCommandTests {
    private static final List<String> TIMES_AND_MEMORY =
            List.of("seconds", "per-second", "memory", "finished", "estimates");

    private Path directory;
    private Path file;

    @BeforeEach
    void make(@TempDir Path parent) throws IOException {
        directory = parent;
        Path model = Cli.model(parent);
        Path data = Cli.data(parent);
        file = Files.writeString(
                parent.resolve("compare.yaml"), """
                base: %s
                data: {train: %s, eval: %s}
                optimizer: {name: adamw, learning-rate: 1e-2}
                training: {steps: 4, batch-size: 4}
                seeds: [1]
                generation: {prompts: 2, shown: 1, max-new-tokens: 4}
                general: {samples: 2, tokens: 8}
                rows: [{method: {name: lora, rank: 2}}, base]
                output: %s
                """.formatted(model, data, data, parent.resolve("out")));
    }

    @Test
    void eachRowRunsInAProcessOfItsOwnAndWhatIsFinishedIsNotRunAgain() throws IOException {
        Cli.Outcome first = Cli.run("compare", file, "--threads", 1);

        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.out())
                .contains("lora", "base", directory.resolve("out/report.html").toString());
        JsonNode report = report("out");
        assertThat(report.toString()).contains("peak-memory-bytes"); // only of a process by itself
        Map<String, Object> units = units("out");
        assertThat(units).hasSize(5); // general text, two tries, two runs

        Cli.Outcome again = Cli.run("compare", file, "--threads", 1);

        assertThat(again.err()).contains("lora, seed 1: ", "(finished earlier)");
        assertThat(units("out")).isEqualTo(units);
        assertThat(comparable(report("out"))).isEqualTo(comparable(report));
    }

    @Test
    void aPlanTrainsNothing() throws IOException {
        Cli.Outcome plan = Cli.run("compare", file, "--threads", 1, "--plan");

        assertThat(plan.code()).as(plan.err()).isZero();
        assertThat(plan.out()).contains("Plan", "lora", "base", "MB");
        assertThat(units("out").keySet()).noneMatch(u -> u.contains(".run."));
    }

    @Test
    void aComparisonThatIsKilledGoesOnWhereItStopped() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                UnitCommand.ofThisProgram("org.peft4j.cli/org.peft4j.cli.Main", "compare", file.toString())
                        .words());
        command.addAll(List.of("--threads", "1"));
        Process comparison = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("killed.log").toFile())
                .start();
        while (units("out").keySet().stream().noneMatch(u -> u.contains(".run.")) && comparison.isAlive()) {
            Thread.onSpinWait();
        }
        comparison.destroyForcibly().waitFor();
        Map<String, Object> finished = units("out");
        assertThat(finished.keySet())
                .as(Files.readString(directory.resolve("killed.log")))
                .anyMatch(u -> u.contains(".run."));

        Cli.Outcome rest = Cli.run("compare", file, "--threads", 1);
        Cli.Outcome whole = Cli.run("compare", file, "--threads", 1, "--out", directory.resolve("whole"));

        assertThat(rest.code()).as(rest.err()).isZero();
        assertThat(whole.code()).as(whole.err()).isZero();
        assertThat(units("out")).containsAllEntriesOf(finished);
        assertThat(units("out").keySet()).isEqualTo(units("whole").keySet());
        assertThat(comparable(report("out"))).isEqualTo(comparable(report("whole")));
    }

    @Test
    void aRowThatTakesMoreMemoryThanItMayIsLeftOut() {
        Cli.Outcome outcome = Cli.run("compare", file, "--threads", 1, "-s", "memory-mb=20");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).contains("lora is left out: ", "memory");
    }

    @Test
    void mistakesNameTheirLine() throws IOException {
        Files.writeString(file, Files.readString(file).replace("rank: 2", "rnk: 2"));

        Cli.Outcome outcome = Cli.run("compare", file);

        assertThat(outcome.code()).isEqualTo(Main.USER_ERROR);
        assertThat(outcome.err()).contains("compare.yaml line 8", "did you mean 'rank'?");
    }

    private JsonNode report(String output) throws IOException {
        return new ObjectMapper()
                .readTree(directory.resolve(output).resolve("report.json").toFile());
    }

    /** The finished units with the time they were written. */
    private Map<String, Object> units(String output) throws IOException {
        Map<String, Object> units = new TreeMap<>();
        Path found = directory.resolve(output).resolve("units");
        if (Files.isDirectory(found)) {
            try (Stream<Path> files = Files.list(found)) {
                for (Path unit :
                        files.filter(f -> f.toString().endsWith(".json")).toList()) {
                    units.put(unit.getFileName().toString(), Files.getLastModifiedTime(unit));
                }
            }
        }
        return units;
    }

    /** Everything but times and memory. */
    private static String comparable(JsonNode node) {
        if (node.isObject()) {
            StringBuilder text = new StringBuilder();
            node.properties().forEach(field -> {
                if (TIMES_AND_MEMORY.stream().noneMatch(field.getKey()::contains)) {
                    text.append(field.getKey())
                            .append(':')
                            .append(comparable(field.getValue()))
                            .append(' ');
                }
            });
            return text.toString();
        }
        if (node.isArray()) {
            StringBuilder text = new StringBuilder();
            node.forEach(item -> text.append(comparable(item)).append('|'));
            return text.toString();
        }
        return node.toString();
    }
}
