package org.peft4j.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.peft4j.api.PeftException;

/**
 * The embedded default, unpacked: a base model of 1 million parameters, rows to train and to judge an adapter with, and
 * a recipe that names them.
 *
 * @param directory where everything lies
 */
public record EmbeddedDefault(Path directory) {
    /** The checkpoint in HuggingFace's layout: {@code config.json}, {@code model.safetensors}, {@code tokenizer.json}. */
    public Path model() {
        return directory.resolve("model");
    }

    /** The rows to train on: JSONL of {@code prompt}, {@code completion} and {@code fields}. */
    public Path trainData() {
        return directory.resolve("task-train.jsonl");
    }

    /** The rows to judge by; no event, host or hall of theirs occurs in {@link #trainData()}. */
    public Path heldoutData() {
        return directory.resolve("task-heldout.jsonl");
    }

    /** A configuration that trains LoRA on the model; its paths are relative to {@link #directory()}. */
    public Path recipe() {
        return directory.resolve("lora.yaml");
    }

    /** Whether this jar holds the model's weights; one built before they were made doesn't. */
    public static boolean isShipped() {
        return EmbeddedDefault.class.getResource(Manifest.WEIGHTS) != null;
    }

    /**
     * Unpacks the model, the data and the recipe into a directory, which is made when it isn't there. What is already
     * there unchanged is left alone; a model or data file that differs from the shipped one is replaced, a recipe never.
     *
     * @throws PeftException {@code embedded-model-missing} when the jar has no weights, {@code embedded-damaged} when a
     *     file in the jar isn't what was shipped, {@code unpack-failed} when the directory can't be written
     */
    public static EmbeddedDefault unpack(Path directory) {
        if (!isShipped()) {
            throw PeftException.of(
                    "embedded-model-missing",
                    "The embedded default has no weights: the jar of peft-embedded was built before they were made.",
                    "Run scripts/make-embedded.sh and build again, or name a checkpoint directory as base.");
        }
        EmbeddedDefault result = new EmbeddedDefault(directory);
        try {
            Manifest manifest = Manifest.shipped();
            for (String file : Manifest.FILES) {
                unpack(file, directory.resolve(file), manifest);
            }
            if (!Files.exists(result.recipe())) {
                replace(result.recipe(), resource("recipe/lora.yaml"));
            }
        } catch (IOException e) {
            throw PeftException.of(
                    "unpack-failed",
                    "The embedded default can't be unpacked into " + directory + ": " + e,
                    "Name a directory you may write to, with 10 MB free.",
                    e);
        }
        return result;
    }

    private static void unpack(String file, Path target, Manifest manifest) throws IOException {
        if (Files.isRegularFile(target) && manifest.matches(file, Files.readAllBytes(target))) {
            return;
        }
        byte[] content = resource(file);
        if (!manifest.matches(file, content)) {
            throw PeftException.of(
                    "embedded-damaged",
                    "The file " + file
                            + " in the jar of peft-embedded isn't the one that was shipped (SHA-256 differs).",
                    "Install or build peft4j again.");
        }
        replace(target, content);
    }

    /** By way of a second file, so that a program that is stopped leaves no half-written one. */
    private static void replace(Path target, byte[] content) throws IOException {
        Files.createDirectories(target.toAbsolutePath().getParent());
        Path whole = Files.createTempFile(target.toAbsolutePath().getParent(), "unpacking", ".part");
        try {
            Files.write(whole, content);
            Files.move(whole, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(whole);
        }
    }

    private static byte[] resource(String file) throws IOException {
        try (InputStream in = EmbeddedDefault.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IOException(file + " isn't in the jar");
            }
            return in.readAllBytes();
        }
    }
}
