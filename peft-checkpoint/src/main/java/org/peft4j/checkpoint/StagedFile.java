package org.peft4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.peft4j.api.PeftException;

/**
 * A file written under a temporary name beside its target and flushed to the disk; the target changes only by {@link #commit}, at
 * once. With {@link StagedDirectory} and {@link AppendedFile} this is how the program writes everything that is to be kept.
 */
public final class StagedFile implements AutoCloseable {
    private static final String TEMPORARY = "\\..+\\.[0-9a-f]{8}\\.tmp";

    private final Path target;
    private final Path temporary;

    private StagedFile(Path target, Path temporary) {
        this.target = target;
        this.temporary = temporary;
    }

    /** Writes the content. */
    @FunctionalInterface
    public interface Body {
        /** Writes all of it. */
        void write(FileChannel channel) throws IOException;
    }

    /**
     * Writes {@code body}'s output to a temporary file and to the disk; on failure nothing is left behind.
     *
     * @throws PeftException {@code cannot-write}
     */
    public static StagedFile write(Path target, Body body) {
        Path absolute = target.toAbsolutePath();
        if (Files.isDirectory(absolute)) {
            throw PeftException.of("cannot-write", target + " is a directory.", "Give the path of a file.");
        }
        StagedFile staged = new StagedFile(absolute, temporaryBeside(absolute));
        boolean complete = false;
        try {
            Files.createDirectories(absolute.getParent());
            writeFlushed(staged.temporary, body);
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

    /**
     * Writes a whole file: the target is the old one or the new one at every moment.
     *
     * @throws PeftException {@code cannot-write}; the target is unchanged then
     */
    public static void put(Path target, String text) {
        try (StagedFile staged = write(target, channel -> drain(channel, bytes(text)))) {
            staged.commit();
        }
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a new file and flushes it to the disk. */
    static void writeFlushed(Path file, Body body) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            body.write(channel);
            channel.force(true);
        }
    }

    /** Writes all that remains in a buffer, however little the system takes at a time. */
    static void drain(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    static Path temporaryBeside(Path target) {
        return target.resolveSibling(
                "." + target.getFileName() + "." + UUID.randomUUID().toString().substring(0, 8) + ".tmp");
    }

    /** Puts the file in its target's place. */
    public void commit() {
        commitAll(List.of(this));
    }

    /**
     * Puts several files in their targets' places: all of them or, where one fails, none. Where all targets are there already, they
     * are kept under other names until the last one is replaced; a program that is killed meanwhile leaves those, and
     * {@link #unfinished} tells.
     */
    static void commitAll(List<StagedFile> files) {
        List<Path> targets = files.stream().map(f -> f.target).toList();
        boolean kept = targets.size() > 1 && targets.stream().allMatch(Files::exists);
        try {
            putBack(targets);
            if (kept) {
                for (Path target : targets) {
                    keep(target);
                }
                flushDirectory(targets.get(0).getParent());
            }
            for (StagedFile file : files) {
                Files.move(
                        file.temporary,
                        file.target,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            targets.stream().map(Path::getParent).distinct().forEach(StagedFile::flushDirectory);
            if (kept) {
                Files.delete(earlier(targets.get(0))); // from here on the new ones hold
            }
        } catch (IOException e) {
            throw failed(targets, e);
        }
        if (kept) {
            targets.forEach(t -> deleteQuietly(earlier(t)));
        }
    }

    /** Where the file that is about to be replaced stays meanwhile. */
    static Path earlier(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".earlier");
    }

    /** Whether these were about to be replaced together when the program was killed: the earlier ones hold. */
    static boolean unfinished(List<Path> targets) {
        return targets.stream().allMatch(t -> Files.exists(earlier(t)));
    }

    private static void keep(Path target) throws IOException {
        try {
            Files.createLink(earlier(target), target);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(target, earlier(target)); // a file system without links
        }
    }

    /** Undoes what was begun and not finished. */
    private static void putBack(List<Path> targets) throws IOException {
        boolean whole = unfinished(targets);
        for (Path target : targets) {
            if (whole) {
                Files.move(
                        earlier(target), target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } else {
                Files.deleteIfExists(earlier(target));
            }
        }
    }

    private static PeftException failed(List<Path> targets, IOException cause) {
        try {
            putBack(targets);
        } catch (IOException e) {
            cause.addSuppressed(e); // the earlier ones stay under their other names, where readers look first
        }
        return cannotWrite(targets.get(0), cause);
    }

    /**
     * Makes renames in a directory durable where the system allows a directory to be opened.
     *
     * @throws PeftException {@code cannot-write} if the disk reports that it failed
     */
    static void flushDirectory(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            force(channel, directory);
        } catch (IOException e) {
            // Windows can't; the files themselves have been flushed, so nothing is lost but the rename's durability.
            return;
        }
    }

    private static void force(FileChannel channel, Path directory) {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw PeftException.of(
                    "cannot-write",
                    "What was written to " + directory + " is in place, but the disk didn't confirm it: " + reason(e)
                            + ".",
                    "Check the disk before you rely on it: a power failure now may bring back what was there before.",
                    e);
        }
    }

    static PeftException cannotWrite(Path target, IOException e) {
        return PeftException.of(
                "cannot-write",
                "Can't write " + target + ": " + reason(e) + ".",
                "Check the free space and your permissions there; what was there before is unchanged.",
                e);
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    /** Removes what writers that were killed left in a directory. */
    public static void removeLeftOvers(Path directory) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> children = Files.list(directory)) {
            children.filter(f -> f.getFileName().toString().matches(TEMPORARY)).forEach(StagedDirectory::delete);
        } catch (IOException e) {
            return; // they take space, nothing else
        }
    }

    static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            return; // a left-over doesn't make a result wrong
        }
    }

    /** Removes the temporary file unless it was committed. */
    @Override
    public void close() {
        deleteQuietly(temporary);
    }
}
