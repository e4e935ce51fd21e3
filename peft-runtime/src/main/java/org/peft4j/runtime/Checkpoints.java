package org.peft4j.runtime;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.StagedFile;

/** The checkpoints of one run in {@code checkpoints/} of its output: a run that has some isn't finished. */
final class Checkpoints implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("step-(\\d+)\\.safetensors");

    private final Path directory;
    private final FileChannel lock;

    private Checkpoints(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Takes a run's output for this program alone, as long as the result isn't closed.
     *
     * @throws PeftException {@code run-in-use} if another run writes there; {@code cannot-write}
     */
    static Checkpoints open(Path output) {
        Path directory = directory(output);
        try {
            Files.createDirectories(directory);
            FileChannel channel =
                    FileChannel.open(directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (taken(channel)) {
                channel.close();
                throw PeftException.of(
                        "run-in-use",
                        "Another run is writing to " + output + ".",
                        "Wait until it has ended, or choose another output.");
            }
            StagedFile.removeLeftOvers(directory);
            return new Checkpoints(directory, channel);
        } catch (IOException e) {
            throw RunFiles.cannotWrite(directory, e);
        }
    }

    private static boolean taken(FileChannel channel) {
        try {
            FileLock lock = channel.tryLock();
            return lock == null;
        } catch (OverlappingFileLockException e) {
            return true;
        } catch (IOException e) {
            return false; // a file system without locks
        }
    }

    static Path directory(Path output) {
        return output.resolve("checkpoints");
    }

    /** Where the adapter of the lowest held-out loss is. */
    static Path best(Path output) {
        return directory(output).resolve("best");
    }

    /** The steps that an unfinished run in this output has done; empty if there is none. */
    static OptionalLong unfinished(Path output) {
        return all(directory(output)).stream().mapToLong(Checkpoints::step).max();
    }

    /** From the oldest to the newest. */
    private static List<Path> all(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> step(f) >= 0)
                    .sorted(Comparator.comparingLong(Checkpoints::step))
                    .toList();
        } catch (IOException e) {
            throw RunFiles.cannotRead(directory, e);
        }
    }

    private static long step(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        return name.matches() && name.group(1).length() < 19 ? Long.parseLong(name.group(1)) : -1;
    }

    Path file(long step) {
        return directory.resolve(String.format(Locale.ROOT, "step-%08d.safetensors", step));
    }

    /**
     * The newest one that is whole.
     *
     * @param damaged is told what is wrong with newer ones
     * @throws PeftException if there are some, but none is whole
     */
    Optional<RunCheckpoint> newest(List<String> damaged) {
        List<Path> files = new ArrayList<>(all(directory));
        PeftException first = null;
        for (int i = files.size() - 1; i >= 0; i--) {
            try {
                return Optional.of(RunCheckpoint.open(files.get(i)));
            } catch (PeftException e) {
                first = first == null ? e : first;
                damaged.add(e.getMessage().lines().findFirst().orElse(""));
            }
        }
        if (first != null) {
            throw first;
        }
        return Optional.empty();
    }

    /** Refuses to make the directory again: where it vanished, somebody wants the run's files no more. */
    void requireThere() {
        if (!Files.isDirectory(directory)) {
            throw PeftException.of(
                    "cannot-write",
                    "Can't write a checkpoint: " + directory + " was removed while the run went on.",
                    "Begin the run again.");
        }
    }

    /** Removes all but the newest. */
    void keepNewest(int count) {
        List<Path> files = all(directory);
        remove(files.subList(0, Math.max(0, files.size() - count)));
    }

    /** Removes those of later steps. */
    void removeAfter(long step) {
        remove(all(directory).stream().filter(f -> step(f) > step).toList());
    }

    void removeAll() {
        remove(all(directory));
    }

    /** Removes the best adapter of an earlier run. */
    void removeBest() {
        Path best = directory.resolve("best");
        if (Files.notExists(best)) {
            return;
        }
        try (Stream<Path> files = Files.walk(best)) {
            remove(files.sorted(Comparator.reverseOrder()).toList());
        } catch (IOException e) {
            throw RunFiles.cannotRead(best, e);
        }
    }

    private static void remove(List<Path> files) {
        try {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw RunFiles.cannotWrite(files.get(0), e);
        }
    }

    /** Gives the output free, and leaves no empty directory. */
    @Override
    public void close() {
        try {
            lock.close();
            Files.deleteIfExists(directory.resolve(".lock"));
            if (all(directory).isEmpty() && Files.notExists(directory.resolve("best"))) {
                Files.deleteIfExists(directory);
            }
        } catch (IOException e) {
            return; // what was written is whole; the lock goes with the process
        }
    }
}
