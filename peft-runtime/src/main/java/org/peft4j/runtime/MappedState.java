package org.peft4j.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.peft4j.api.PeftException;

/** Vectors in files that are mapped into memory and gone once nothing refers to them. */
final class MappedState {
    private static final int PIECE = 1 << 20;

    private MappedState() {}

    /**
     * A row of zeros [1, length].
     *
     * @param directory the file's; its space is taken at once, so that a full disk is found here and not in a step
     * @throws PeftException {@code cannot-write}
     */
    static INDArray zeros(Path directory, long length) {
        Path file = null;
        try {
            Files.createDirectories(directory);
            file = Files.createTempFile(directory, "peft-optimizer-", ".state");
            // With the last handle closed the name is gone, whatever becomes of the program; the mapping stays.
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
                fill(channel, 4 * length);
                ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4 * length)
                        .order(ByteOrder.nativeOrder());
                FloatPointer pointer = new FloatPointer(bytes.asFloatBuffer());
                return Nd4j.create(Nd4j.createBuffer(pointer, length, DataType.FLOAT), 1, length);
            }
        } catch (IOException e) {
            throw cannotWrite(directory, 4 * length, e);
        } finally {
            delete(file);
        }
    }

    private static void fill(FileChannel channel, long bytes) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE);
        for (long done = 0; done < bytes; ) {
            zeros.clear().limit((int) Math.min(PIECE, bytes - done));
            done += channel.write(zeros);
        }
    }

    private static void delete(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            file.toFile().deleteOnExit(); // Windows keeps a mapped file
        }
    }

    private static PeftException cannotWrite(Path directory, long bytes, IOException e) {
        return PeftException.of(
                "cannot-write",
                "Can't keep " + ((bytes >> 20) + 1) + " MB of optimizer state in " + directory + ": "
                        + e.getClass().getSimpleName() + ": " + e.getMessage() + ".",
                "Give the optimizer a state-directory with room, or keep its state in memory.",
                e);
    }
}
