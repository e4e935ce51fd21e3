package org.peft4j.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.peft4j.api.PeftException;

/**
 * Writes safetensors files, byte for byte as {@code safetensors.torch.save_file} of safetensors 0.8 does.
 *
 * <p>Tensors are streamed. The file is written under a temporary name in the same directory, flushed to the disk and
 * renamed, so that the target is at every moment either the old file or the new one; on any failure the temporary file
 * is removed.
 */
public final class SafetensorsWriter {
    private static final int PIECE_BYTES = 1 << 20;

    private SafetensorsWriter() {}

    /**
     * How to write.
     *
     * @param metadata the header's {@code __metadata__}; no such entry if empty
     * @param refuseNonFinite whether a NaN or an infinity in the data is an error
     */
    public record Options(Map<String, String> metadata, boolean refuseNonFinite) {
        /** Copies the metadata. */
        public Options {
            metadata = Map.copyOf(metadata);
        }

        /** As PyTorch's users write: metadata {@code {"format": "pt"}}, any value accepted. */
        public static Options defaults() {
            return new Options(Map.of("format", "pt"), false);
        }

        /** The same, refusing NaN and infinities. */
        public Options refusingNonFinite() {
            return new Options(metadata, true);
        }
    }

    /**
     * Writes a file.
     *
     * @throws PeftException {@code cannot-write} (no space, no permission, ...); {@code duplicate-tensor};
     *     {@code non-finite-weights} naming the tensor, if asked for. An existing file is unchanged then.
     */
    public static void write(Path file, List<TensorSource> tensors, Options options) {
        try (StagedFile staged = stage(file, tensors, options)) {
            staged.commit();
        }
    }

    static StagedFile stage(Path file, List<TensorSource> tensors, Options options) {
        List<TensorSource> sorted = sorted(tensors);
        byte[] header = header(sorted, options.metadata());
        return StagedFile.write(file, channel -> {
            ByteBuffer prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            StagedFile.drain(channel, prefix.putLong(0, header.length));
            StagedFile.drain(channel, ByteBuffer.wrap(header));
            ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
            for (TensorSource tensor : sorted) {
                copy(tensor, piece, channel, options.refuseNonFinite());
            }
        });
    }

    private static List<TensorSource> sorted(List<TensorSource> tensors) {
        Set<String> names = new HashSet<>();
        for (TensorSource tensor : tensors) {
            if (!names.add(tensor.name()) || tensor.name().equals("__metadata__")) {
                throw PeftException.of(
                        "duplicate-tensor",
                        "The tensor name " + tensor.name() + " is used twice or reserved.",
                        "Give each tensor its own name.");
            }
        }
        List<TensorSource> sorted = new ArrayList<>(tensors);
        sorted.sort(Comparator.comparing(TensorSource::dtype, Comparator.reverseOrder())
                .thenComparing(TensorSource::name, Json.CODE_POINT_ORDER));
        return sorted;
    }

    private static byte[] header(List<TensorSource> sorted, Map<String, String> metadata) {
        StringWriter text = new StringWriter(); // written as bytes, emoji would become pairs of escapes
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart("__metadata__");
                Map<String, String> ordered = new TreeMap<>(Json.CODE_POINT_ORDER);
                ordered.putAll(metadata);
                for (Map.Entry<String, String> entry : ordered.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            long offset = 0;
            for (TensorSource tensor : sorted) {
                offset = writeEntry(json, tensor, offset);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException(e); // memory doesn't fail
        }
        byte[] json = text.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, json.length + (-json.length & 7));
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    private static long writeEntry(JsonGenerator json, TensorSource tensor, long offset) throws IOException {
        long[] shape = tensor.shape();
        long end = Math.addExact(
                offset, Math.multiplyExact(elements(shape), tensor.dtype().bytes()));
        json.writeObjectFieldStart(tensor.name());
        json.writeStringField("dtype", tensor.dtype().name());
        json.writeFieldName("shape");
        json.writeArray(shape, 0, shape.length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {offset, end}, 0, 2);
        json.writeEndObject();
        return end;
    }

    private static long elements(long[] shape) {
        long elements = 1;
        for (long size : shape) {
            elements = Math.multiplyExact(elements, size);
        }
        return elements;
    }

    private static void copy(TensorSource tensor, ByteBuffer piece, FileChannel channel, boolean refuseNonFinite)
            throws IOException {
        int size = tensor.dtype().bytes();
        int perPiece = piece.capacity() / size;
        long elements = elements(tensor.shape());
        for (long first = 0; first < elements; first += perPiece) {
            int count = (int) Math.min(perPiece, elements - first);
            piece.clear().limit(count * size);
            tensor.fill(first, piece.slice().order(ByteOrder.LITTLE_ENDIAN));
            if (refuseNonFinite && tensor.dtype().isFloat()) {
                checkFinite(tensor, first, piece, count);
            }
            StagedFile.drain(channel, piece);
        }
    }

    private static void checkFinite(TensorSource tensor, long first, ByteBuffer piece, int count) {
        float[] values = new float[count];
        Halves.toFloats(tensor.dtype(), piece, values, 0, count);
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(values[i])) {
                throw PeftException.of(
                        "non-finite-weights",
                        "Element " + (first + i) + " of tensor " + tensor.name() + " is " + values[i] + ".",
                        "Nothing was written. Train with a lower learning rate or clipping, or use a wider type.");
            }
        }
    }
}
