package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows to applications is what is compiled and run here. */
class ReadmeTests {
    @Test
    void theSnippetTrainsGeneratesSavesAndMerges(@TempDir Path directory) throws IOException {
        Workshop workshop = new Workshop(directory);

        String answer = ReadmeSnippet.run(directory);

        assertThat(answer).isNotEmpty();
        assertThat(directory.resolve("adapter/adapter_model.safetensors")).isNotEmptyFile();
        assertThat(directory.resolve("merged/model.safetensors")).isNotEmptyFile();
        assertThat(workshop.base()).exists();
    }

    @Test
    void theReadmeShowsExactlyTheSnippetThatRuns() throws IOException {
        Path source = Fixtures.root().resolve("peft-e2e/src/main/java/org/peft4j/e2e/ReadmeSnippet.java");
        List<String> lines = Files.readAllLines(source);
        int from = lines.indexOf("        // README begins") + 1;
        int to = lines.indexOf("        // README ends");
        String snippet = lines.subList(from, to).stream()
                .map(l -> l.isEmpty() ? l : l.substring(8))
                .collect(Collectors.joining("\n"));

        assertThat(Files.readString(Fixtures.root().resolve("README.md"))).contains(snippet);
    }
}
