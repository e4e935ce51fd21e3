package org.peft4j.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.peft4j.api.PeftException;

/** Runs each unit in a process of its own; one that takes more memory than it may is ended. */
final class ChildProcesses extends UnitLauncher {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WATCH_MILLIS = 50;
    private static final int LAST_LINES = 5;

    private final UnitCommand command;
    private volatile Process running;
    private volatile boolean stopped;

    ChildProcesses(UnitCommand command) {
        this.command = command;
    }

    @Override
    void stop() {
        stopped = true;
        Process process = running;
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Override
    UnitResult launch(UnitRequest request, String name, Path directory, UnitListener listener) {
        Path log = directory.resolve(name + ".log");
        try {
            Path file = directory.resolve(name + ".request");
            UnitStore.put(file, UnitStore.json(request));
            try {
                return run(file, log, request.memoryLimit(), listener);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw PeftException.of(
                    "cannot-write",
                    "a process for '" + request.label() + "' can't be started: " + e.getMessage(),
                    "Check the directory " + directory + " and the limit of processes.",
                    e);
        }
    }

    private UnitResult run(Path file, Path log, long memoryLimit, UnitListener listener) throws IOException {
        List<String> words = new ArrayList<>(command.words());
        words.add(file.toString());
        // Its standard input stays open as long as this process lives; when it ends the unit ends itself.
        Process process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.to(new File(log.toString())))
                .start();
        running = process;
        if (stopped) {
            process.destroyForcibly();
        }
        Watch watch = new Watch(process, memoryLimit);
        watch.start();
        UnitResult result = null;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(UnitProcess.RESULT)) {
                    result = JSON.readValue(line.substring(UnitProcess.RESULT.length()), UnitResult.class);
                } else if (line.startsWith(UnitProcess.PROGRESS)) {
                    progress(line.substring(UnitProcess.PROGRESS.length()), listener);
                }
            }
        }
        int code = exitCode(process);
        running = null;
        if (result != null) {
            Files.deleteIfExists(log);
            return result;
        }
        return UnitResult.failed(why(code, watch, log));
    }

    private static void progress(String json, UnitListener listener) throws IOException {
        var node = JSON.readTree(json);
        double loss = node.path("loss").isNumber() ? node.path("loss").asDouble() : Double.NaN;
        listener.progress(
                node.path("phase").asText(),
                node.path("step").asLong(),
                node.path("steps").asLong(),
                loss);
    }

    private int exitCode(Process process) {
        boolean interrupted = false;
        while (true) {
            try {
                int code = process.waitFor();
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                return code;
            } catch (InterruptedException e) {
                interrupted = true;
                process.destroyForcibly();
            }
        }
    }

    private String why(int code, Watch watch, Path log) throws IOException {
        if (stopped) {
            return "interrupted";
        }
        if (watch.exceeded > 0) {
            return String.format(
                    Locale.ROOT,
                    "took more memory than it may: %,d MB, of %,d MB",
                    watch.exceeded >> 20,
                    watch.limit >> 20);
        }
        if (code == 128 + 9) {
            return "its process was killed (signal 9); where memory is short, that is the system's doing";
        }
        List<String> all = Files.readAllLines(log, StandardCharsets.UTF_8);
        String last = String.join(" / ", all.subList(Math.max(0, all.size() - LAST_LINES), all.size()));
        return "its process ended with exit code " + code + (last.isBlank() ? "" : ": " + last.strip());
    }

    /** Looks at what the process holds. */
    private static final class Watch extends Thread {
        private final Process process;
        private final long limit;
        private volatile long exceeded;

        Watch(Process process, long limit) {
            super("memory of process " + process.pid());
            this.process = process;
            this.limit = limit;
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                while (!process.waitFor(WATCH_MILLIS, TimeUnit.MILLISECONDS)) {
                    long resident = ProcessMemory.resident(process.pid()).orElse(0L);
                    if (resident > limit) {
                        exceeded = resident;
                        process.destroyForcibly();
                        return;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
