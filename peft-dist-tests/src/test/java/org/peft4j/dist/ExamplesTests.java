package org.peft4j.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugins in examples/ compile against the SPI of today, keep the contract, and work where they are dropped in. */
class ExamplesTests {
    private static final Path EXAMPLES = Distribution.repository().resolve("examples");
    private static final Pattern DEPENDENCY = Pattern.compile("<dependency>.*?<artifactId>(.*?)</artifactId>");

    @TempDir
    private Path scratch;

    static List<String> examples() throws IOException {
        try (Stream<Path> all = Files.list(EXAMPLES)) {
            return all.filter(Files::isDirectory)
                    .map(d -> d.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void thereAreTwo() throws IOException {
        assertThat(examples()).containsExactly("peft-bottleneck", "peft-ia3");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void compilesAgainstTheSpiAloneAndKeepsTheContract(String name) throws IOException {
        Project example = Project.compile(EXAMPLES.resolve(name), scratch);

        List<Project.Result> results = example.test();

        assertThat(results).filteredOn(Project.Result::failed).isEmpty();
        assertThat(results).hasSizeGreaterThan(40);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void hasAPomOfItsOwnThatAsksForTheSpiAndTheTestKitOfThisVersion(String name) throws IOException {
        String pom = Files.readString(EXAMPLES.resolve(name).resolve("pom.xml"));
        String parent = Files.readString(Distribution.repository().resolve("pom.xml"));
        Matcher version = Pattern.compile("<version>(.*?)</version>").matcher(parent);

        assertThat(version.find()).isTrue();
        assertThat(pom)
                .doesNotContain("<parent>")
                .contains("<peft4j.version>" + version.group(1) + "</peft4j.version>");
        assertThat(DEPENDENCY.matcher(pom).results().map(m -> m.group(1))).containsExactly("peft-api", "peft-testkit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ia3", "ia3-qwen2"})
    void readsAdaptersOfHuggingFacePeftAndGivesTheirLogits(String name) throws Exception {
        Path fixtures = Distribution.repository().resolve("fixtures");
        JsonNode expected = json(fixtures.resolve("adapters").resolve(name).resolve("expected.json"));
        Path ids = Files.writeString(
                scratch.resolve("ids.json"), expected.get("input_ids").toString());
        Path out = scratch.resolve("logits.json");
        Distribution peft = Distribution.in(scratch.resolve("home"));
        peft.plugin(ia3(), "peft-ia3.jar");

        Distribution.Outcome done = peft.run(
                "logits",
                "--base",
                fixtures.resolve("models").resolve(expected.get("base").asText()),
                "--adapter",
                fixtures.resolve("adapters").resolve(name),
                "--ids-file",
                ids,
                "--out",
                out);

        assertThat(done.code()).as(done.err()).isZero();
        JsonNode logits = json(out).get("logits");
        JsonNode last = logits.get(logits.size() - 1);
        assertThat(last).hasSameSizeAs(expected.get("logits_last"));
        for (int i = 0; i < last.size(); i++) {
            assertThat(last.get(i).asDouble())
                    .isCloseTo(expected.get("logits_last").get(i).asDouble(), within(1e-4));
        }
    }

    private Path ia3() throws IOException {
        return Project.compile(EXAMPLES.resolve("peft-ia3"), scratch.resolve("ia3"))
                .jar(scratch.resolve("ia3.jar"));
    }

    private static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }
}
