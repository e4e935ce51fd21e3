package org.peft4j.checkpoint;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.peft4j.api.PeftException;

/**
 * Writes a complete checkpoint directory that transformers loads.
 *
 * <p>Everything is written into a temporary directory beside the target, which is then renamed: the target is never
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
        write(
                directory,
                tensors,
                companions,
                existing,
                temporary -> Files.writeString(temporary.resolve("config.json"), json, StandardCharsets.UTF_8));
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
        write(directory, tensors, like.directory(), existing, temporary -> writeConfig(like, Map.of(), temporary));
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
        write(directory, tensors, like.directory(), existing, temporary -> writeConfig(like, quantization, temporary));
    }

    private static void writeConfig(Checkpoint like, Map<String, Object> quantization, Path temporary)
            throws IOException {
        Path file = like.directory().resolve("config.json");
        JsonNode json = Json.object(file);
        if (quantization.isEmpty() && !json.has(QUANTIZATION)) {
            copy(file, temporary);
            return;
        }
        Map<String, Object> entries = Json.MAPPER.convertValue(json, new TypeReference<>() {});
        entries.remove(QUANTIZATION);
        if (!quantization.isEmpty()) {
            entries.put(QUANTIZATION, quantization);
        }
        String text = PythonJson.write(entries, false, true, 2) + "\n";
        Files.writeString(temporary.resolve("config.json"), text, StandardCharsets.UTF_8);
    }

    private interface ConfigBody {
        void writeInto(Path temporary) throws IOException;
    }

    private static void write(
            Path directory, List<TensorSource> tensors, Path companions, Existing existing, ConfigBody config) {
        Path target = directory.toAbsolutePath().normalize();
        checkTarget(directory, target, existing);
        Path temporary = StagedFile.temporaryBeside(target);
        try {
            Files.createDirectories(temporary);
            config.writeInto(temporary);
            for (String name : COMPANIONS) {
                if (Files.exists(companions.resolve(name))) {
                    copy(companions.resolve(name), temporary);
                }
            }
            SafetensorsWriter.write(
                    temporary.resolve("model.safetensors"),
                    tensors,
                    SafetensorsWriter.Options.defaults().refusingNonFinite());
            replace(target, temporary);
        } catch (IOException e) {
            throw StagedFile.cannotWrite(directory, e);
        } finally {
            deleteFlat(temporary);
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

    private static void copy(Path file, Path into) throws IOException {
        Files.copy(file, into.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
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

    private static void replace(Path target, Path temporary) throws IOException {
        if (Files.notExists(target)) {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } else {
            Path old = StagedFile.temporaryBeside(target);
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            try {
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
                throw e;
            }
            deleteFlat(old);
        }
        StagedFile.flushDirectory(target.getParent());
    }

    private static void deleteFlat(Path directory) {
        if (Files.notExists(directory)) {
            return;
        }
        try (Stream<Path> children = Files.list(directory)) {
            for (Path child : children.toList()) {
                Files.delete(child);
            }
            Files.delete(directory);
        } catch (IOException e) {
            directory.toFile().deleteOnExit(); // left-overs don't make the result wrong
        }
    }
}
