package org.peft4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.peft4j.api.PeftException;

/**
 * A safetensors file, memory-mapped and read-only.
 *
 * <p>Opening checks the whole header, so that a file from anywhere is either refused with a typed error or safe to
 * read; tensor data is only touched when asked for. The mapping lives as long as this object or one of its buffers.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">The format</a>
 */
public final class SafetensorsFile implements Tensors {
    /** What the safetensors library itself accepts. */
    private static final long MAX_HEADER = 100_000_000;

    /** Windows begin at each multiple of this and are twice as long, so that each shorter range lies within one. */
    private static final long WINDOW = (1L << 30) - (1 << 16);

    private final Path file;
    private final Map<String, TensorEntry> entries;
    private final List<String> names;
    private final Map<String, String> metadata;
    private final List<MappedByteBuffer> windows = new ArrayList<>();
    private final Map<String, MappedByteBuffer> large = new HashMap<>();

    private SafetensorsFile(Path file, FileChannel channel) throws IOException {
        this.file = file;
        long size = channel.size();
        SafetensorsHeader header = SafetensorsHeader.parse(file, headerBytes(file, channel, size), size);
        entries = header.entries();
        names = List.copyOf(entries.keySet());
        metadata = Collections.unmodifiableMap(header.metadata());
        for (long start = 0; start < size; start += WINDOW) {
            windows.add(channel.map(FileChannel.MapMode.READ_ONLY, start, Math.min(2 * WINDOW, size - start)));
        }
        for (TensorEntry entry : entries.values()) {
            if (entry.byteLength() > WINDOW && entry.byteLength() <= Integer.MAX_VALUE) {
                large.put(entry.name(), channel.map(FileChannel.MapMode.READ_ONLY, entry.offset(), entry.byteLength()));
            }
        }
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws PeftException {@code unreadable-file}; {@code truncated-file} if it is shorter than its header says;
     *     {@code bad-safetensors} if the header is damaged or contradicts itself; {@code unknown-dtype}
     */
    public static SafetensorsFile open(Path file) {
        if (Files.isDirectory(file)) {
            throw PeftException.of(
                    "unreadable-file", file + " is a directory.", "Give the path of a .safetensors file.");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new SafetensorsFile(file, channel);
        } catch (IOException e) {
            throw Json.unreadable(file, e);
        }
    }

    private static byte[] headerBytes(Path file, FileChannel channel, long size) throws IOException {
        if (size < 8) {
            throw SafetensorsHeader.truncated(file, "expected at least 10 bytes, has " + size);
        }
        ByteBuffer prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, prefix, 0);
        long length = prefix.getLong(0);
        if (length < 2 || length > MAX_HEADER) {
            throw SafetensorsHeader.bad(file, notAHeader(prefix.array(), length));
        }
        if (length > size - 8) {
            throw SafetensorsHeader.truncated(file, "expected more than " + (8 + length) + " bytes, has " + size);
        }
        byte[] header = new byte[(int) length];
        readFully(channel, ByteBuffer.wrap(header), 8);
        if (header[0] != '{') {
            throw SafetensorsHeader.bad(file, "the header isn't a JSON object");
        }
        return header;
    }

    private static String notAHeader(byte[] prefix, long length) {
        String text = new String(prefix, StandardCharsets.ISO_8859_1);
        if (text.startsWith("version ")) {
            return "it seems to be a Git LFS pointer, the place-holder of the real file (git lfs pull fetches it)";
        }
        if (text.startsWith("<") || text.startsWith("PK")) {
            return text.startsWith("<") ? "it seems to be a web page" : "it seems to be a PyTorch or zip file";
        }
        return "its header would be " + Long.toUnsignedString(length) + " bytes long";
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long position) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into, position + into.position()) < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
    }

    /** The file's path as given. */
    @Override
    public Path source() {
        return file;
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public boolean contains(String name) {
        return entries.containsKey(name);
    }

    /** The header's {@code __metadata__}, in its order; empty if there is none. */
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public TensorEntry entry(String name) {
        TensorEntry entry = entries.get(name);
        if (entry == null) {
            throw missing(name, file, names);
        }
        return entry;
    }

    static PeftException missing(String name, Path source, List<String> names) {
        String few = String.join(", ", names.subList(0, Math.min(8, names.size())));
        return PeftException.of(
                "missing-tensor",
                "There is no tensor " + name + " in " + source + ".",
                "It holds " + names.size() + " tensors: " + few + (names.size() > 8 ? ", ..." : ""));
    }

    @Override
    public ByteBuffer bytes(String name, long byteOffset, int length) {
        TensorEntry entry = entry(name);
        Objects.checkFromIndexSize(byteOffset, length, entry.byteLength());
        MappedByteBuffer whole = large.get(name);
        if (whole != null) {
            return slice(whole, byteOffset, length);
        }
        if (length > WINDOW) {
            throw new IllegalArgumentException("at most " + WINDOW + " bytes at a time of a tensor beyond 2 GiB");
        }
        if (length == 0) {
            return ByteBuffer.allocateDirect(0).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }
        long start = entry.offset() + byteOffset;
        int window = (int) (start / WINDOW);
        return slice(windows.get(window), start - window * WINDOW, length);
    }

    @Override
    public void copy(String name, long byteOffset, ByteBuffer into) {
        TensorEntry entry = entry(name);
        Objects.checkFromIndexSize(byteOffset, into.remaining(), entry.byteLength());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            readFully(channel, into, entry.offset() + byteOffset - into.position());
        } catch (IOException e) {
            throw Json.unreadable(file, e);
        }
    }

    private static ByteBuffer slice(MappedByteBuffer mapped, long start, int length) {
        return mapped.slice((int) start, length).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
}
