package org.peft4j.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.peft4j.api.PeftException;

/**
 * A log that grows line by line. A line that can't be written whole isn't there at all. What is behind the last {@link #flush} may be
 * lost if the machine fails, and can be cut off when the log is gone on with.
 */
public final class AppendedFile implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private long length;

    private AppendedFile(Path file, FileChannel channel, long length) {
        this.file = file;
        this.channel = channel;
        this.length = length;
    }

    /**
     * Begins a new log, in place of one that is there.
     *
     * @throws PeftException {@code cannot-write}; an older one is unchanged then
     */
    public static AppendedFile begin(Path file) {
        StagedFile.put(file, "");
        return goOn(file, 0);
    }

    /**
     * Goes on with a log; what is behind its first {@code length} bytes is cut off. Where it is shorter, or isn't there, it is gone on
     * with from its end.
     *
     * @throws PeftException {@code cannot-write}
     */
    public static AppendedFile goOn(Path file, long length) {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                long kept = Math.min(length, channel.size());
                channel.truncate(kept).position(kept);
                return new AppendedFile(file, channel, kept);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw StagedFile.cannotWrite(file, e);
        }
    }

    /**
     * Writes a line.
     *
     * @throws PeftException {@code cannot-write}; the lines before are whole then
     */
    public void append(String line) {
        try {
            StagedFile.drain(channel, StagedFile.bytes(line + "\n"));
            length = channel.position();
        } catch (IOException e) {
            cutBack(e);
            throw StagedFile.cannotWrite(file, e);
        }
    }

    private void cutBack(IOException cause) {
        try {
            channel.truncate(length);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Puts all lines on the disk.
     *
     * @return the log's length in bytes
     * @throws PeftException {@code cannot-write} if the disk fails, or the file was removed meanwhile
     */
    public long flush() {
        try {
            if (Files.notExists(file)) {
                throw new NoSuchFileException(file.toString(), null, "it was removed while it was written");
            }
            channel.force(true);
            return length;
        } catch (IOException e) {
            throw StagedFile.cannotWrite(file, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw StagedFile.cannotWrite(file, e);
        }
    }
}
