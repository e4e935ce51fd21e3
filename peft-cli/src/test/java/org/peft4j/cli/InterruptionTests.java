package org.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a run that is asked to end, and how it goes on. */
class InterruptionTests {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void aSignalSavesAnAdapterThatLoadsAndACheckpointToGoOnFrom(String signal, int code) throws IOException {
        Assumptions.assumeFalse(ignored(signal), "SKIPPED: this process was started with the signal ignored");
        Path data = Cli.data(directory);
        Path out = directory.resolve("interrupted");
        Path run = Cli.config(directory, Cli.model(directory), data, out);
        Object[] command = {"train", run, "-s", "training.steps=20000", "-s", "checkpoints.every=100000"};

        Cli.Outcome outcome = Cli.run(new SignallingStream(signal), command);

        assertThat(outcome.code()).isEqualTo(code);
        assertThat(outcome.err()).contains("finishing this step and saving");
        assertThat(outcome.out()).contains("Interrupted: what was learned so far is kept.", "--resume");
        assertThat(Cli.run("eval", "--adapter", out, "--data", data).code()).isZero();

        Cli.Outcome again = Cli.run(command);
        assertThat(again.code()).isEqualTo(Main.USER_ERROR);
        assertThat(again.err()).contains("unfinished run", "--resume", "--overwrite", "[unfinished-run]");

        Object[] resume = {"train", run, "-s", "training.steps=20000", "-s", "checkpoints.every=100000", "--resume"};
        Cli.Outcome resumed = Cli.run(new SignallingStream(signal), resume);
        assertThat(resumed.code()).isEqualTo(code);
        assertThat(resumed.out()).contains("Going on after step ").containsOnlyOnce("before training");
    }

    @Test
    void aChangedSettingIsNamedInsteadOfGoingOnWithAnotherRun() throws IOException {
        Path out = directory.resolve("changed");
        Path run = Cli.config(directory, Cli.model(directory), Cli.data(directory), out);
        Assumptions.assumeFalse(ignored("TERM"), "SKIPPED: this process was started with the signal ignored");
        Cli.run(new SignallingStream("TERM"), "train", run, "-s", "training.steps=20000");

        Cli.Outcome outcome = Cli.run("train", run, "-s", "training.steps=30000", "--resume");

        assertThat(outcome.code()).isEqualTo(Main.USER_ERROR);
        assertThat(outcome.err()).contains("training.steps was 20000, is 30000", "[cannot-resume]");
    }

    /** A process that a script starts in the background ignores SIGINT, and Java leaves it so. */
    private static boolean ignored(String signal) throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return false;
        }
        int bit = signal.equals("INT") ? 1 : 14;
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> bit & 1) != 0);
    }

    /** Sends a signal to this process once a step is told. */
    private static final class SignallingStream extends ByteArrayOutputStream {
        private final String signal;
        private boolean sent;

        SignallingStream(String signal) {
            this.signal = signal;
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            super.write(bytes, from, length);
            if (!sent && toString(StandardCharsets.UTF_8).contains("/20000: loss")) {
                sent = true;
                raise();
            }
        }

        private void raise() {
            try {
                Class<?> type = Class.forName("sun.misc.Signal");
                type.getMethod("raise", type)
                        .invoke(null, type.getConstructor(String.class).newInstance(signal));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
