package org.peft4j.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native and vector kernels train as those in plain Java do. */
class KernelsTests {
    private static final String PLAIN = "-Dpeft.kernels=plain";

    private static final Pattern LOSS = Pattern.compile("\"loss\":([-0-9.E]+)");

    @TempDir
    Path temporary;

    @Test
    void lossesAreThoseOfPlainJava() throws Exception {
        Distribution peft = Distribution.in(temporary.resolve("peft"));
        List<Double> plain = losses(peft, PLAIN);
        List<Double> fast = losses(peft, "");
        assertThat(plain).hasSize(40);
        assertThat(fast).hasSameSizeAs(plain).isNotEqualTo(plain);
        for (int i = 0; i < plain.size(); i++) {
            assertThat(fast.get(i)).as("loss of step %d", i + 1).isCloseTo(plain.get(i), within(1e-4));
        }
    }

    private List<Double> losses(Distribution peft, String options) throws IOException, InterruptedException {
        Path run = temporary.resolve("run" + options.length());
        Distribution.Outcome outcome = peft.run(
                Map.of("PEFT_JAVA_OPTS", options),
                "train",
                "--out",
                run,
                "-s",
                "precision=fp32",
                "-s",
                "training.steps=40");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        List<Double> losses = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            Matcher loss = LOSS.matcher(line);
            if (loss.find()) {
                losses.add(Double.valueOf(loss.group(1)));
            }
        }
        return losses;
    }

    @Test
    void whoComputesCanBeAsked() throws Exception {
        Distribution peft = Distribution.in(temporary.resolve("peft"));
        assertThat(peft.run(Map.of("PEFT_JAVA_OPTS", PLAIN), "doctor").out())
                .containsPattern("other kernels +plain Java");
        Distribution.Outcome light = peft.run("methods");
        assertThat(light.err()).as("a command that computes nothing").isEmpty();
    }
}
