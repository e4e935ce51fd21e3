package org.peft4j.compare;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What the operating system says about memory. */
public final class ProcessMemory {
    private ProcessMemory() {}

    /** The machine's memory in bytes, where it tells. */
    public static Optional<Long> total() {
        return kilobytes("/proc/meminfo", "MemTotal:");
    }

    /** The most that this process has held resident, in bytes, where the system tells. */
    public static Optional<Long> peakResident() {
        return kilobytes("/proc/self/status", "VmHWM:");
    }

    /** What another process holds resident now, in bytes, where the system tells. */
    static Optional<Long> resident(long pid) {
        return kilobytes("/proc/" + pid + "/status", "VmRSS:");
    }

    /** How much a process may take, in bytes: what is free of the machine's memory, or of its container's. */
    static long available() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long limit = system.getTotalMemorySize();
        return kilobytes("/proc/meminfo", "MemAvailable:")
                .map(free -> Math.min(free, limit))
                .orElse(limit);
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
