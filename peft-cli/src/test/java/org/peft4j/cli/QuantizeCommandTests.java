package org.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code peft quantize}. The program itself brings no codec here; those that there are, are tested with the whole. */
class QuantizeCommandTests {
    @TempDir
    Path directory;

    @Test
    void asIsWritesACopyAndAnUnknownCodecIsRefused() throws IOException {
        Path model = Cli.model(directory);
        Path copy = directory.resolve("copy");

        Cli.Outcome written = Cli.run("quantize", "--model", model, "--codec", "as-is", "--out", copy);
        assertThat(written.code()).as(written.err()).isZero();
        assertThat(copy.resolve("model.safetensors")).hasSameBinaryContentAs(model.resolve("model.safetensors"));

        Cli.Outcome refused =
                Cli.run("quantize", "--model", model, "--codec", "nf5", "--out", directory.resolve("other"));
        assertThat(refused.code()).isEqualTo(Main.USER_ERROR);
        assertThat(refused.err()).contains("there is no codec 'nf5'");
    }
}
