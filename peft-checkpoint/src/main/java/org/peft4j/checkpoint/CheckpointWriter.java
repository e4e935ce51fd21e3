package org.peft4j.checkpoint;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.peft4j.api.PeftException;

/**
 * Writes a complete checkpoint directory that transformers loads.
 *
 * <p>Everything is written into a temporary directory beside the target, flushed to the disk and then renamed: the target is never
 * seen half-written.
 */
public final class CheckpointWriter {
    private static final String QUANTIZATION = "quantization_config";
    private static final List<String> COMPANIONS = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "chat_template.jinja",
            "generation_config.json");

    /** Beside the weights, what may be replaced without loss: another checkpoint has its own. */
    private static final List<String> OWN = List.of("config.json", "model.safetensors.index.json");

    private CheckpointWriter() {}

    /** What to do with a checkpoint that is already at the target. */
    public enum Existing {
        /** Leave it and fail. */
        KEEP,
        /** Replace it, once the new one is complete. */
        OVERWRITE
    }

    /**
     * Writes a checkpoint with a configuration of its own.
     *
     * @param directory the target; its parent directories are made if needed
     * @param companions directory to copy the tokenizer's files and generation_config.json from, where present
     * @throws PeftException {@code exists}; {@code not-a-checkpoint} if what would be overwritten isn't one;
     *     {@code other-files} if files would be lost that this class doesn't write; {@code cannot-write};
     *     {@code duplicate-tensor}; {@code non-finite-weights}. The target is unchanged then.
     */
    public static void write(
            Path directory, ModelConfig config, List<TensorSource> tensors, Path companions, Existing existing) {
        DType weights = tensors.isEmpty() ? DType.F32 : tensors.get(0).dtype();
        String json = PythonJson.write(config.toJson(weights), false, true, 2) + "\n";
        write(directory, tensors, companions, existing, staged -> staged.put("config.json", json));
    }

    /**
     * Writes a variant of a checkpoint: other weights, everything else, config.json included, as it is there. The
     * weights must be of the types that {@code like} has; where it is quantized, the variant isn't.
     *
     * @param like the checkpoint to copy the other files from
     * @throws PeftException as {@link #write(Path, ModelConfig, List, Path, Existing)}; {@code is-the-base} if the target is that
     *     checkpoint itself
     */
    public static void writeLike(Path directory, Checkpoint like, List<TensorSource> tensors, Existing existing) {
        refuseBase(directory, like.directory());
        write(directory, tensors, like.directory(), existing, staged -> writeConfig(like, Map.of(), staged));
    }

    /**
     * Writes a variant of a checkpoint with weights in another form.
     *
     * @param like the checkpoint to copy the other files from
     * @param quantization the entry {@code quantization_config} of its config.json
     * @throws PeftException as {@link #writeLike}
     */
    public static void writeQuantized(
            Path directory,
            Checkpoint like,
            Map<String, Object> quantization,
            List<TensorSource> tensors,
            Existing existing) {
        refuseBase(directory, like.directory());
        write(directory, tensors, like.directory(), existing, staged -> writeConfig(like, quantization, staged));
    }

    private static void writeConfig(Checkpoint like, Map<String, Object> quantization, StagedDirectory staged)
            throws IOException {
        Path file = like.directory().resolve("config.json");
        JsonNode json = Json.object(file);
        if (quantization.isEmpty() && !json.has(QUANTIZATION)) {
            staged.copy(file);
            return;
        }
        Map<String, Object> entries = Json.MAPPER.convertValue(json, new TypeReference<>() {});
        entries.remove(QUANTIZATION);
        if (!quantization.isEmpty()) {
            entries.put(QUANTIZATION, quantization);
        }
        staged.put("config.json", PythonJson.write(entries, false, true, 2) + "\n");
    }

    private interface ConfigBody {
        void writeInto(StagedDirectory staged) throws IOException;
    }

    private static void write(
            Path directory, List<TensorSource> tensors, Path companions, Existing existing, ConfigBody config) {
        Path target = directory.toAbsolutePath().normalize();
        checkTarget(directory, target, existing);
        try (StagedDirectory staged = StagedDirectory.beside(target)) {
            config.writeInto(staged);
            for (String name : COMPANIONS) {
                if (Files.exists(companions.resolve(name))) {
                    staged.copy(companions.resolve(name));
                }
            }
            SafetensorsWriter.write(
                    staged.file("model.safetensors"),
                    tensors,
                    SafetensorsWriter.Options.defaults().refusingNonFinite());
            staged.commit();
        } catch (IOException e) {
            throw StagedFile.cannotWrite(directory, e);
        }
    }

    private static void refuseBase(Path directory, Path base) {
        try {
            if (Files.exists(directory) && Files.isSameFile(directory, base)) {
                throw PeftException.of(
                        "is-the-base",
                        directory + " is the base model itself: the result would replace it.",
                        "Give a directory of its own.");
            }
        } catch (IOException e) {
            throw Json.unreadable(directory, e);
        }
    }

    private static void checkTarget(Path directory, Path target, Existing existing) {
        if (target.getFileName() == null) {
            throw PeftException.of("cannot-write", directory + " is a root directory.", "Give a new directory.");
        }
        if (Files.notExists(target)) {
            return;
        }
        List<Path> content = content(directory, target);
        if (content.isEmpty()) {
            return;
        }
        if (existing == Existing.KEEP) {
            throw PeftException.of(
                    "exists",
                    directory + " exists and isn't empty.",
                    "Give another directory, or say that it may be replaced (--overwrite).");
        }
        boolean flat = content.stream().allMatch(Files::isRegularFile);
        if (!flat || Files.notExists(target.resolve("config.json"))) {
            throw PeftException.of(
                    "not-a-checkpoint",
                    directory + " doesn't look like a checkpoint (only files, among them config.json),"
                            + " so it won't be overwritten.",
                    "Give another directory, or remove this one yourself.");
        }
        List<String> others = content.stream()
                .map(f -> f.getFileName().toString())
                .filter(n -> !OWN.contains(n) && !COMPANIONS.contains(n) && !n.matches("model.*\\.safetensors"))
                .sorted()
                .toList();
        if (!others.isEmpty()) {
            throw PeftException.of(
                    "other-files",
                    directory + " also holds what a new checkpoint would not bring back: " + String.join(", ", others)
                            + ".",
                    "Give another directory, or move these files away first.");
        }
    }

    private static List<Path> content(Path directory, Path target) {
        if (!Files.isDirectory(target)) {
            throw PeftException.of("exists", directory + " is a file.", "Give the path of a directory.");
        }
        try (Stream<Path> children = Files.list(target)) {
            return children.toList();
        } catch (IOException e) {
            throw Json.unreadable(directory, e);
        }
    }
}
