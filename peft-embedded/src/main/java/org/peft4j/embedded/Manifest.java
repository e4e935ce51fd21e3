package org.peft4j.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The SHA-256 of each shipped file, kept as {@code files.sha256} in the format of {@code sha256sum}. */
final class Manifest {
    static final String NAME = "files.sha256";

    /** Where the weights are, once they are made. */
    static final String WEIGHTS = "model/model.safetensors";

    /** Everything that must be the same wherever it is unpacked. */
    static final List<String> FILES = List.of(
            "model/config.json",
            "model/generation_config.json",
            "model/special_tokens_map.json",
            "model/tokenizer.json",
            "model/tokenizer_config.json",
            WEIGHTS,
            "task-train.jsonl",
            "task-heldout.jsonl");

    private final Map<String, String> sums;

    private Manifest(Map<String, String> sums) {
        this.sums = sums;
    }

    /** Reads the manifest in this jar. */
    static Manifest shipped() throws IOException {
        Map<String, String> sums = new LinkedHashMap<>();
        try (InputStream in = Manifest.class.getResourceAsStream(NAME)) {
            if (in != null) {
                for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                    sums.put(line.substring(66), line.substring(0, 64));
                }
            }
        }
        return new Manifest(sums);
    }

    /** Writes the manifest of the files that are in {@code directory} beside them. */
    static void write(Path directory) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String file : FILES) {
            if (Files.exists(directory.resolve(file))) {
                text.append(sum(Files.readAllBytes(directory.resolve(file))))
                        .append("  ")
                        .append(file)
                        .append('\n');
            }
        }
        Files.writeString(directory.resolve(NAME), text);
    }

    /** Whether {@code content} is what was shipped as {@code file}. */
    boolean matches(String file, byte[] content) {
        return sum(content).equals(sums.get(file));
    }

    private static String sum(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
