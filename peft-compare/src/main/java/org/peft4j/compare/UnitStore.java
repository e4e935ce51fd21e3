package org.peft4j.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.peft4j.api.PeftException;

/**
 * The finished units of a comparison, a file each. A file appears whole or not at all, under a name that follows from everything its
 * content depends on: a unit is finished if and only if its file is there. One comparison at a time holds a directory.
 */
final class UnitStore implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path directory;
    private final FileChannel channel;
    private final FileLock lock;

    private UnitStore(Path directory, FileChannel channel, FileLock lock) {
        this.directory = directory;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Opens the units of an output directory, which is made when it isn't there.
     *
     * @throws PeftException {@code compare-running} if another process holds it, {@code cannot-write}
     */
    static UnitStore open(Path output) {
        Path directory = output.resolve("units");
        try {
            Files.createDirectories(directory);
            FileChannel channel =
                    FileChannel.open(directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw PeftException.of(
                        "compare-running",
                        "another comparison is running in " + output,
                        "Wait for its end, or choose another output.");
            }
            return new UnitStore(directory, channel, lock);
        } catch (IOException e) {
            throw cannotWrite(directory, e);
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    /** The result of a unit that is finished. A damaged file counts as none. */
    Optional<UnitResult> finished(String name) {
        Path file = directory.resolve(name + ".json");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(file.toFile(), UnitResult.class));
        } catch (IOException damaged) {
            return Optional.empty();
        }
    }

    /** Keeps a result. */
    void keep(String name, UnitResult result) {
        put(directory.resolve(name + ".json"), json(result));
    }

    /** A value on one line. */
    static String line(Object value) {
        try {
            return JSON.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
        } catch (IOException e) {
            throw new IllegalStateException("plain values", e);
        }
    }

    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (IOException e) {
            throw new IllegalStateException("a record of plain values", e);
        }
    }

    /** Writes a file under a temporary name, to the disk, and then renames it. */
    static void put(Path file, String text) {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(temporary, text);
            try (FileChannel written = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    private static PeftException cannotWrite(Path file, IOException e) {
        return PeftException.of(
                "cannot-write",
                "cannot write " + file + ": " + e.getMessage(),
                "Check that the directory may be written to and that the disk is not full.",
                e);
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw cannotWrite(directory, e);
        }
    }
}
