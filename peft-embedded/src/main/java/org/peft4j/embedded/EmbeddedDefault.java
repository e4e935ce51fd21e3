package org.peft4j.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.peft4j.api.PeftException;

/**
 * The embedded default, unpacked: a base model of 1 million parameters, rows to train and to judge an adapter with, and
 * a recipe that names them.
 *
 * @param directory where everything lies
 */
public record EmbeddedDefault(Path directory) {
    private static final long GENERAL_SEED = 20_260_001L;
    private static final int GENERAL_DOCUMENTS = 60;

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

    /** Text like that which the model was pretrained on, but none of it; no announcements of events. */
    public Path generalText() {
        return directory.resolve("general.txt");
    }

    /** A comparison of methods on the model, as YAML; its paths are relative to {@link #directory()}. */
    public static String comparison() {
        try {
            return new String(resource("recipe/compare.yaml"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
            byte[] general = generalDocuments();
            if (!Files.exists(result.generalText())
                    || !Arrays.equals(Files.readAllBytes(result.generalText()), general)) {
                replace(result.generalText(), general);
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

    /** Documents of another seed than the pretraining's, a paragraph each. */
    private static byte[] generalDocuments() {
        Corpus corpus = new Corpus(GENERAL_SEED);
        return Stream.generate(corpus::next)
                .limit(GENERAL_DOCUMENTS)
                .map(d -> d.replaceAll("\\n\\s*\\n", "\n"))
                .collect(Collectors.joining("\n\n"))
                .getBytes(StandardCharsets.UTF_8);
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
