package org.peft4j.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/**
 * A directory of files written under a temporary name beside its target, each file flushed to the disk; {@link #commit} puts it in
 * the target's place. Where it replaces another one, that one has the name {@link #replaced} for the moment between two renames, and
 * keeps it if the program is killed just then; the next writer puts it back.
 */
final class StagedDirectory implements AutoCloseable {
    private final Path target;
    private final Path temporary;

    private StagedDirectory(Path target, Path temporary) {
        this.target = target;
        this.temporary = temporary;
    }

    /** Begins one; parent directories are made if needed. */
    static StagedDirectory beside(Path target) throws IOException {
        recover(target);
        Path temporary = StagedFile.temporaryBeside(target);
        Files.createDirectories(temporary);
        return new StagedDirectory(target, temporary);
    }

    /** What the directory that is being replaced is called meanwhile. */
    static Path replaced(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".replaced");
    }

    private static void recover(Path target) throws IOException {
        Path old = replaced(target);
        if (Files.exists(old) && Files.notExists(target)) {
            Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
        }
        delete(old);
    }

    /** Where a file of this name goes. */
    Path file(String name) {
        return temporary.resolve(name);
    }

    void put(String name, String text) throws IOException {
        StagedFile.writeFlushed(file(name), channel -> StagedFile.drain(channel, StagedFile.bytes(text)));
    }

    /** Copies a file under its own name. */
    void copy(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        StagedFile.writeFlushed(
                file(file.getFileName().toString()),
                channel -> StagedFile.drain(channel, java.nio.ByteBuffer.wrap(content)));
    }

    void commit() throws IOException {
        StagedFile.flushDirectory(temporary);
        if (Files.notExists(target)) {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } else {
            Path old = replaced(target);
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            try {
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                putBack(old, e);
                throw e;
            }
            StagedFile.flushDirectory(target.getParent());
            delete(old);
        }
        StagedFile.flushDirectory(target.getParent());
    }

    private void putBack(Path old, IOException cause) throws IOException {
        try {
            Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new IOException(cause.getMessage() + "; what was there is in " + old + " now", cause);
        }
    }

    /** Removes a file, or a directory of files. */
    static void delete(Path directory) {
        if (!Files.isDirectory(directory)) {
            StagedFile.deleteQuietly(directory);
            return;
        }
        try (Stream<Path> children = Files.list(directory)) {
            children.forEach(StagedFile::deleteQuietly);
        } catch (IOException e) {
            return; // left-overs don't make the result wrong
        }
        StagedFile.deleteQuietly(directory);
    }

    /** Removes what wasn't committed. */
    @Override
    public void close() {
        delete(temporary);
    }
}
