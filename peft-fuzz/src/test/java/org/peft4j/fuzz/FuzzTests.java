package org.peft4j.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every seed and every find of earlier runs again, then some seconds of new ones; {@code scripts/fuzz.sh} runs for longer. */
class FuzzTests {
    private static final Path CORPUS = Path.of("src", "test", "corpus");
    private static final int SECONDS = 15;
    /** The build tries the same inputs each time; new ones are for {@code scripts/fuzz.sh}. */
    private static final String SEED = "-seed=1";

    private static final int RUNS = 2000;

    @TestFactory
    Stream<DynamicTest> everyKnownInputEndsWellOrInATypedError() {
        return Stream.of(Target.values())
                .flatMap(target -> inputs(target)
                        .map(file -> DynamicTest.dynamicTest(
                                target.directory() + "/" + file.getFileName(),
                                () -> Assertions.assertTimeoutPreemptively(
                                        Duration.ofSeconds(20), () -> target.run(Files.readAllBytes(file))))));
    }

    @Test
    void someSecondsOfNewInputsEndWellOrInATypedError(@TempDir Path work) throws Exception {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        boolean native64 = System.getProperty("os.arch").matches("amd64|x86_64") || system.contains("mac");
        assumeTrue(native64, "SKIPPED: the fuzzer has no native part for this platform");
        assumeTrue(Runtime.version().feature() <= 23, "SKIPPED: the fuzzer doesn't read this Java's classes yet");
        Path seeds = Files.createDirectory(work.resolve("seeds"));
        for (Target target : Target.values()) {
            for (Path file : inputs(target).toList()) {
                byte[] input = Files.readAllBytes(file);
                byte[] chosen = new byte[input.length + 1];
                chosen[0] = (byte) target.ordinal();
                System.arraycopy(input, 0, chosen, 1, input.length);
                Files.write(seeds.resolve(target.directory() + "-" + file.getFileName()), chosen);
            }
        }
        Path log = work.resolve("log");
        Process fuzzer = new ProcessBuilder(command(seeds))
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(fuzzer.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(Files.readString(log)).as("runs of the fuzzer").containsPattern("Done \\d+ runs");
        assertThat(fuzzer.exitValue()).as(Files.readString(log)).isZero();
    }

    private static List<String> command(Path seeds) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + Target.Entry.class.getName()));
        command.addAll(List.of(
                "--instrumentation_includes=org.peft4j.**",
                "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.RegexInjection",
                SEED,
                "-runs=" + RUNS,
                "-max_total_time=" + SECONDS,
                "-timeout=20",
                "-rss_limit_mb=0",
                "-max_len=4096",
                seeds.toString()));
        return command;
    }

    private static Stream<Path> inputs(Target target) {
        try (Stream<Path> files = Files.list(CORPUS.resolve(target.directory()))) {
            return files.sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
