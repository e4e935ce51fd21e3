package org.peft4j.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What the operating system says of memory, control groups (containers) included, in bytes. Linux tells; elsewhere nothing is known
 * and nothing is refused.
 *
 * @param root where {@code proc} and {@code sys} are; {@code /} but in tests
 */
record MachineMemory(Path root) {
    /** Limits as large as this are none: what version 1 of control groups says without one. */
    private static final long NO_LIMIT = 1L << 60;

    static MachineMemory ofThisMachine() {
        return new MachineMemory(Path.of("/"));
    }

    /** How much more this process may take before it, or something else, is killed or swapped out. */
    OptionalLong available() {
        return Stream.of(kilobytes("proc/meminfo", "MemAvailable:"), ofGroupV2(), ofGroupV1())
                .filter(OptionalLong::isPresent)
                .mapToLong(OptionalLong::getAsLong)
                .min();
    }

    /** What this process holds resident now. */
    OptionalLong resident() {
        return kilobytes("proc/self/status", "VmRSS:");
    }

    private OptionalLong ofGroupV2() {
        Path group = root.resolve("sys/fs/cgroup").resolve(ownGroup("0::")).normalize();
        return least(group, "memory.max", "memory.current", "inactive_file");
    }

    private OptionalLong ofGroupV1() {
        Path group = root.resolve("sys/fs/cgroup/memory")
                .resolve(ownGroup(":memory:"))
                .normalize();
        return least(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
    }

    /** The path of this process' group below the mount point; the mount point itself within most containers. */
    private String ownGroup(String marker) {
        return lines("proc/self/cgroup")
                .filter(l -> l.contains(marker))
                .map(l -> l.substring(l.indexOf(marker) + marker.length()).replaceFirst("^/+", ""))
                .findFirst()
                .orElse("");
    }

    /** A limit above holds for every group below it. */
    private OptionalLong least(Path group, String limit, String usage, String reclaimable) {
        long least = Long.MAX_VALUE;
        for (Path at = group; at != null && at.startsWith(root.resolve("sys")); at = at.getParent()) {
            OptionalLong most = number(at.resolve(limit));
            OptionalLong used = number(at.resolve(usage));
            if (most.isPresent() && used.isPresent() && most.getAsLong() < NO_LIMIT) {
                // Pages of files that nobody has used lately are given back before anyone is killed.
                long back = lines(root.relativize(at.resolve("memory.stat")).toString())
                        .filter(l -> l.startsWith(reclaimable + " "))
                        .mapToLong(l -> digits(l).orElse(0))
                        .sum();
                least = Math.min(least, Math.max(0, most.getAsLong() - used.getAsLong() + back));
            }
        }
        return least == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(least);
    }

    private OptionalLong number(Path file) {
        return lines(root.relativize(file).toString())
                .map(MachineMemory::digits)
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    private OptionalLong kilobytes(String file, String key) {
        return lines(file)
                .filter(l -> l.startsWith(key))
                .map(MachineMemory::digits)
                .map(n -> n.isPresent() ? OptionalLong.of(n.getAsLong() * 1024) : n)
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    private static OptionalLong digits(String line) {
        try {
            return OptionalLong.of(Long.parseLong(line.replaceAll("\\D", "")));
        } catch (NumberFormatException none) { // "max", or more than any machine has
            return OptionalLong.empty();
        }
    }

    private Stream<String> lines(String file) {
        try {
            List<String> all = Files.readAllLines(root.resolve(file));
            return all.stream();
        } catch (IOException | SecurityException notThere) {
            return Stream.empty();
        }
    }
}
