package org.peft4j.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the committed checkpoints and adapters, and what HuggingFace makes of them. */
final class Fixtures {
    private Fixtures() {}

    static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(at.resolve("fixtures/models"))) {
            at = at.getParent();
        }
        return at;
    }

    static Path model(String name) {
        return root().resolve("fixtures/models").resolve(name);
    }

    static Path adapter(String name) {
        return root().resolve("fixtures/adapters").resolve(name);
    }

    /** The names of the directories in one. */
    static List<String> names(Path directory) {
        try (Stream<Path> list = Files.list(directory)) {
            return list.filter(Files::isDirectory)
                    .map(p -> p.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The folder of larger checkpoints and data that stands beside a developer's checkout. */
    static Optional<Path> shared() {
        Path shared = root().resolveSibling("shared");
        return Files.isDirectory(shared.resolve("golden")) ? Optional.of(shared) : Optional.empty();
    }

    static JsonNode json(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    /** The numbers of an array, nested or not, in order. */
    static float[] floats(JsonNode array) {
        float[] values = new float[count(array)];
        fill(array, values, 0);
        return values;
    }

    private static int count(JsonNode node) {
        int n = 0;
        for (JsonNode child : node) {
            n += child.isArray() ? count(child) : 1;
        }
        return n;
    }

    private static int fill(JsonNode node, float[] into, int at) {
        int next = at;
        for (JsonNode child : node) {
            if (child.isArray()) {
                next = fill(child, into, next);
            } else {
                into[next++] = (float) child.asDouble();
            }
        }
        return next;
    }

    static int argmax(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }
}
