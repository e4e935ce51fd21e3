package org.peft4j.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.api.PeftException;

class EmbeddedDefaultTests {
    @TempDir
    private Path directory;

    @Test
    void unpacksAndMendsWhatWasChanged() throws IOException {
        shippedOnly();
        EmbeddedDefault unpacked = EmbeddedDefault.unpack(directory.resolve("new"));
        assertThat(List.of(unpacked.trainData(), unpacked.heldoutData(), unpacked.recipe()))
                .allSatisfy(file -> assertThat(file).isNotEmptyFile());
        assertThat(unpacked.model().resolve("model.safetensors").toFile().length())
                .isBetween(2_000_000L, 6_000_000L);

        Files.writeString(unpacked.trainData(), "changed");
        Files.writeString(unpacked.recipe(), "mine");
        EmbeddedDefault.unpack(unpacked.directory());
        assertThat(unpacked.trainData()).content().startsWith("{\"prompt\"");
        assertThat(unpacked.recipe()).hasContent("mine");
    }

    @Test
    void saysWhatToDoWithoutWeights() {
        Assumptions.assumeFalse(EmbeddedDefault.isShipped(), "the weights are there");
        assertThatThrownBy(() -> EmbeddedDefault.unpack(directory))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("scripts/make-embedded.sh");
    }

    @Test
    void saysWhichDirectoryCannotBeWritten() throws IOException {
        shippedOnly();
        Path file = Files.writeString(directory.resolve("file"), "in the way");
        assertThatThrownBy(() -> EmbeddedDefault.unpack(file))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void theManifestNamesEveryShippedFile() throws IOException {
        Manifest manifest = Manifest.shipped();
        for (String file : Manifest.FILES) {
            if (!file.equals(Manifest.WEIGHTS) || EmbeddedDefault.isShipped()) {
                try (var in = EmbeddedDefault.class.getResourceAsStream(file)) {
                    byte[] content = in.readAllBytes();
                    assertThat(manifest.matches(file, content)).as(file).isTrue();
                    content[content.length / 2]++;
                    assertThat(manifest.matches(file, content)).as(file).isFalse();
                }
            }
        }
    }

    @Test
    void writesEverythingTheRecipesName() throws IOException {
        MakeEmbedded.make(directory, 1, 10_000, new PrintStream(OutputStream.nullOutputStream()));
        for (String file :
                List.of("corpus.jsonl", "corpus-heldout.jsonl", "task-train.jsonl", "model/tokenizer.json")) {
            assertThat(directory.resolve(file)).isNotEmptyFile();
        }
        assertThat(Files.readAllLines(directory.resolve("corpus.jsonl")))
                .hasSizeGreaterThan(30)
                .allSatisfy(line -> assertThat(line).startsWith("{\"text\": \"").endsWith("\"}"));
    }

    private static void shippedOnly() {
        Assumptions.assumeTrue(EmbeddedDefault.isShipped(), "SKIPPED: the embedded model's weights aren't made yet");
    }
}
