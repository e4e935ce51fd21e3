package org.peft4j.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.peft4j.api.PeftException;

/** SHA-256 of files, for provenance: which base, data and configuration a result came from. */
public final class Fingerprint {
    private static final int SAMPLES = 16;
    private static final int SAMPLE = 1 << 16;

    private Fingerprint() {}

    /**
     * SHA-256 of a file's bytes, as {@code sha256sum} prints it; the file is streamed.
     *
     * @return 64 lower-case hexadecimal digits
     * @throws PeftException {@code unreadable-file}
     */
    public static String of(Path file) {
        MessageDigest digest = sha256();
        update(digest, file);
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * SHA-256 of several files' bytes in this order, as {@code cat FILES | sha256sum} prints it.
     *
     * @return 64 lower-case hexadecimal digits
     * @throws PeftException {@code unreadable-file}
     */
    public static String of(List<Path> files) {
        MessageDigest digest = sha256();
        files.forEach(file -> update(digest, file));
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * SHA-256 over each file's length, its first megabyte and 16 stretches of 64 KiB spread over the rest: tells other weights of the
     * same shape in milliseconds, but not a change somewhere in between.
     *
     * @return 64 lower-case hexadecimal digits
     * @throws PeftException {@code unreadable-file}
     */
    public static String sampled(List<Path> files) {
        MessageDigest digest = sha256();
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                long size = channel.size();
                digest.update(ByteBuffer.allocate(8).putLong(0, size));
                sample(channel, 0, 1 << 20, digest);
                for (int i = 0; i < SAMPLES; i++) {
                    sample(channel, size / SAMPLES * i, SAMPLE, digest);
                }
            } catch (IOException e) {
                throw Json.unreadable(file, e);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void sample(FileChannel channel, long from, int length, MessageDigest digest) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(length);
        while (piece.hasRemaining() && channel.read(piece, from + piece.position()) >= 0) {
            continue;
        }
        digest.update(piece.flip());
    }

    private static void update(MessageDigest digest, Path file) {
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        } catch (IOException e) {
            throw Json.unreadable(file, e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
