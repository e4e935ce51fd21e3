package org.peft4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What the operating system says about memory. */
final class ProcessMemory {
    private ProcessMemory() {}

    /** The machine's memory in bytes, where it tells. */
    static Optional<Long> total() {
        return kilobytes("/proc/meminfo", "MemTotal:");
    }

    /** The most that this process has held resident, in bytes, where the system tells. */
    static Optional<Long> peakResident() {
        return kilobytes("/proc/self/status", "VmHWM:");
    }

    private static Optional<Long> kilobytes(String file, String key) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(l -> l.startsWith(key))
                    .map(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException notLinux) {
            return Optional.empty();
        }
    }
}
