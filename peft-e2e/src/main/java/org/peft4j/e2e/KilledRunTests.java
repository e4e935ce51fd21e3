package org.peft4j.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peft4j.config.ConfigDocument;
import org.peft4j.runtime.Peft;
import org.peft4j.runtime.TrainingListener;

/** Processes that are killed by the system while they train; {@code scripts/kill-runs.sh} does it a hundred times. */
class KilledRunTests {
    @TempDir
    Path temporary;

    /** Those of this process: with other kernels the bits would be others. */
    private static String modules() {
        String vectors = "jdk.incubator.vector";
        return "ALL-MODULE-PATH" + (ModuleLayer.boot().findModule(vectors).isPresent() ? "," + vectors : "");
    }

    private Process start(Path config) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-p",
                        System.getProperty("jdk.module.path"),
                        "--add-modules",
                        modules(),
                        "-Dai.djl.offline=true",
                        "-Dorg.bytedeco.javacpp.maxbytes=0",
                        "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                        "-m",
                        "org.peft4j.e2e/org.peft4j.e2e.TrainOnce",
                        config.toString())
                .redirectError(Redirect.to(temporary.resolve("errors.txt").toFile()))
                .start();
    }

    /** The element types are those of every configuration. */
    @SuppressWarnings("unchecked")
    private static String text(ConfigDocument run) {
        return ConfigDocument.yaml((Map<String, Object>) run.root().plain());
    }

    @Test
    void aProcessThatIsKilledTwiceAndGoneOnWithEndsInTheSameBits() throws Exception {
        Workshop workshop = new Workshop(temporary);
        String[] how = {"checkpoints={every: 1, keep: 2}", "training.steps=30", "training.eval-every=7"};
        try (Peft peft = Peft.create(2)) {
            peft.trainer(workshop.run("whole", how), new TrainingListener() {}).run();
        }
        ConfigDocument run = workshop.run("killed", how);
        Path config = Files.writeString(temporary.resolve("killed.yaml"), text(run));

        for (int kill = 1; kill <= 2; kill++) {
            Process process = start(config);
            try (BufferedReader out = process.inputReader()) {
                String line = out.readLine();
                while (line != null && Integer.parseInt(line) < 10 * kill) {
                    line = out.readLine();
                }
                process.destroyForcibly(); // in the middle of a step or of a checkpoint, as it happens
                process.waitFor();
                assertThat(line)
                        .as(Files.readString(temporary.resolve("errors.txt")))
                        .isNotNull();
            }
            assertThat(workshop.file("killed/adapter_model.safetensors")).doesNotExist();
        }
        Process last = start(config);
        last.inputReader().lines().forEach(line -> {});

        assertThat(last.waitFor())
                .as(Files.readString(temporary.resolve("errors.txt")))
                .isZero();
        assertThat(workshop.file("killed/adapter_model.safetensors"))
                .hasSameBinaryContentAs(workshop.file("whole/adapter_model.safetensors"));
        assertThat(Files.readAllLines(workshop.file("killed/metrics.jsonl"))).hasSize(30 + 4 + 2);
    }
}
