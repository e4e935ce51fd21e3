package org.peft4j.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.peft4j.api.PeftException;

/** A file written under a temporary name beside its target; the target changes only by {@link #commit}, at once. */
final class StagedFile implements AutoCloseable {
    private final Path target;
    private final Path temporary;

    private StagedFile(Path target, Path temporary) {
        this.target = target;
        this.temporary = temporary;
    }

    /** Writes the content. */
    interface Body {
        void write(FileChannel channel) throws IOException;
    }

    /** Writes {@code body}'s output to a temporary file and to the disk; on failure nothing is left behind. */
    static StagedFile write(Path target, Body body) {
        Path absolute = target.toAbsolutePath();
        if (Files.isDirectory(absolute)) {
            throw PeftException.of("cannot-write", target + " is a directory.", "Give the path of a file.");
        }
        StagedFile staged = new StagedFile(absolute, temporaryBeside(absolute));
        boolean complete = false;
        try {
            Files.createDirectories(absolute.getParent());
            try (FileChannel channel =
                    FileChannel.open(staged.temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                body.write(channel);
                channel.force(true);
            }
            complete = true;
            return staged;
        } catch (IOException e) {
            throw cannotWrite(target, e);
        } finally {
            if (!complete) {
                staged.close();
            }
        }
    }

    static Path temporaryBeside(Path target) {
        return target.resolveSibling(
                "." + target.getFileName() + "." + UUID.randomUUID().toString().substring(0, 8) + ".tmp");
    }

    /** Puts the file in its target's place. */
    void commit() {
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw cannotWrite(target, e);
        }
        flushDirectory(target.getParent());
    }

    /** Makes renames in a directory durable where the system allows a directory to be opened. */
    static void flushDirectory(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows can't; the files themselves have been flushed, so nothing is lost but the rename's durability.
            return;
        }
    }

    static PeftException cannotWrite(Path target, IOException e) {
        return PeftException.of(
                "cannot-write",
                "Can't write " + target + ": " + e.getClass().getSimpleName() + ": " + e.getMessage() + ".",
                "Check the free space and your permissions there; what was there before is unchanged.",
                e);
    }

    /** Removes the temporary file unless it was committed. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            temporary.toFile().deleteOnExit();
        }
    }
}
