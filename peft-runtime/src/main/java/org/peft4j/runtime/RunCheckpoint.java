package org.peft4j.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.peft4j.api.PeftException;
import org.peft4j.checkpoint.DType;
import org.peft4j.checkpoint.SafetensorsFile;
import org.peft4j.checkpoint.SafetensorsWriter;
import org.peft4j.checkpoint.TensorEntry;
import org.peft4j.checkpoint.TensorSource;
import org.peft4j.engine.EngineParam;

/**
 * One file from which a run goes on: parameters, optimizer state, the copies to go back to, and, as text in its header, where the run
 * stands and which run it is. Each tensor's CRC-32C stands there, too.
 */
final class RunCheckpoint {
    private static final int PIECE = 1 << 20;

    private final SafetensorsFile file;
    private final RunIdentity identity;
    private final RunState state;

    private RunCheckpoint(SafetensorsFile file, RunIdentity identity, RunState state) {
        this.file = file;
        this.identity = identity;
        this.state = state;
    }

    /**
     * All vectors that a run consists of.
     *
     * @param trained the adapters and their optimizers
     * @param good the parameters of the last good step
     * @param best those of the lowest held-out loss
     */
    record Content(TrainedAdapters trained, LastGood good, LastGood best) {
        private Map<String, INDArray> vectors() {
            Map<String, INDArray> all = new HashMap<>();
            for (TrainedAdapter part : trained.parts()) {
                part.optimizer().state().forEach((key, v) -> all.put(name("optimizer", part) + "." + key, v));
            }
            return all;
        }

        private static String name(String what, TrainedAdapter part) {
            return what + "." + part.adapter().name();
        }

        private List<TensorSource> tensors() {
            List<TensorSource> all = new ArrayList<>();
            for (TrainedAdapter part : trained.parts()) {
                for (EngineParam p : part.adapter().parameters().all()) {
                    all.add(TensorSource.of(
                            name("adapter", part) + "." + p.key(),
                            DType.F32,
                            p.shape(),
                            (first, into, offset, count) -> p.read(Math.toIntExact(first), into, offset, count)));
                }
            }
            vectors().forEach((name, v) -> all.add(VectorBytes.source(name, v)));
            all.addAll(good.tensors("good."));
            all.addAll(best.tensors("best."));
            return all;
        }
    }

    /** What the bits may depend on beside the run's own settings. */
    static Map<String, String> notes(int threads) {
        return Map.of(
                "threads",
                String.valueOf(threads),
                "program",
                "peft4j " + Provenance.version(),
                "java",
                Runtime.version().toString(),
                "machine",
                System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    }

    /** Writes one; the file is there whole or not at all. */
    static void write(Path path, RunIdentity identity, RunState state, Content content, Map<String, String> notes) {
        List<TensorSource> tensors = content.tensors();
        Map<String, String> header = new HashMap<>(notes);
        header.put("run", identity.toJson());
        header.put("state", state.toJson());
        ByteBuffer room = ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN);
        tensors.forEach(t -> header.put("crc32c." + t.name(), crc(t, room)));
        SafetensorsWriter.write(path, tensors, new SafetensorsWriter.Options(header, false));
    }

    /** The room is one for all tensors: memory outside the heap is given back when garbage is collected, which may be late. */
    private static String crc(TensorSource tensor, ByteBuffer piece) {
        int size = tensor.dtype().bytes();
        long elements = 1;
        for (long n : tensor.shape()) {
            elements *= n;
        }
        CRC32C crc = new CRC32C();
        for (long first = 0; first < elements; first += PIECE / size) {
            piece.clear().limit((int) Math.min(PIECE / size, elements - first) * size);
            tensor.fill(first, piece);
            crc.update(piece.flip());
        }
        return Long.toHexString(crc.getValue());
    }

    /**
     * Opens one and checks that it is as it was written.
     *
     * @throws PeftException {@code bad-checkpoint} and what {@link SafetensorsFile#open} throws
     */
    static RunCheckpoint open(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path);
        try {
            String identity = file.metadata().getOrDefault("run", "");
            String state = file.metadata().getOrDefault("state", "");
            RunCheckpoint checkpoint = new RunCheckpoint(file, RunIdentity.of(identity), RunState.of(state));
            file.names().forEach(checkpoint::verify);
            return checkpoint;
        } catch (JsonProcessingException e) {
            throw damaged(path, "its header doesn't tell which run it is of", e);
        }
    }

    private void verify(String name) {
        TensorEntry entry = file.entry(name);
        CRC32C crc = new CRC32C();
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        for (long at = 0; at < entry.byteLength(); at += PIECE) {
            piece.clear().limit((int) Math.min(PIECE, entry.byteLength() - at));
            file.copy(name, at, piece);
            crc.update(piece.flip());
        }
        if (!Long.toHexString(crc.getValue()).equals(file.metadata().get("crc32c." + name))) {
            throw damaged(file.source(), "the bytes of " + name + " are not those that were written", null);
        }
    }

    private static PeftException damaged(Path path, String why, Exception cause) {
        return PeftException.of(
                "bad-checkpoint",
                path + " is no checkpoint to go on from: " + why + ".",
                "Remove it to go on from an earlier one, or begin anew (--overwrite).",
                cause);
    }

    RunState state() {
        return state;
    }

    /** Where what is now differs from what the writer noted, a sentence each. */
    List<String> differences(Map<String, String> notes) {
        return new TreeMap<>(notes)
                .entrySet().stream()
                        .filter(e -> !e.getValue().equals(file.metadata().get(e.getKey())))
                        .map(e -> e.getKey() + " was " + file.metadata().get(e.getKey()) + ", is " + e.getValue()
                                + ": the last bits of the result may be others than without the interruption")
                        .toList();
    }

    /** Refuses to go on with another run. */
    void requireSame(RunIdentity now) {
        List<String> differences = identity.differences(now);
        if (!differences.isEmpty()) {
            throw PeftException.of(
                    "cannot-resume",
                    "The run in " + file.source()
                            + " can't be gone on with: it isn't the one that is described now.\n- "
                            + String.join("\n- ", differences),
                    "Give what it was begun with, choose another output, or begin anew (--overwrite).");
        }
    }

    /** Puts all values where they were. */
    void restore(Content into) {
        for (TrainedAdapter part : into.trained().parts()) {
            for (EngineParam p : part.adapter().parameters().all()) {
                String name = Content.name("adapter", part) + "." + p.key();
                file.requireTensor(name, p.shape());
                p.assign(file.floats(name));
            }
        }
        into.vectors().forEach((name, v) -> VectorBytes.fill(v, file, name));
        into.trained().parts().forEach(part -> part.optimizer().resumed(state.updates()));
        into.good().fill(file, "good.");
        into.best().fill(file, "best.");
    }
}
