package org.peft4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.peft4j.api.PeftException;

/**
 * The files of a new plugin, made from templates.
 *
 * @param name the method's name
 * @param home its package, which is its module's name, too
 * @param version of peft4j that it is compiled against
 */
record Skeleton(String name, String home, String version) {
    private static final String TEMPLATES = "new-method/";

    /** Writes it into a directory that is not there yet or empty. */
    void write(Path directory) {
        try {
            if (Files.exists(directory) && !empty(directory)) {
                throw PeftException.of(
                        "exists",
                        directory + " is there already and not an empty directory",
                        "Choose another place: --out DIR.");
            }
            for (Map.Entry<String, String> file : files().entrySet()) {
                Path target = directory.resolve(file.getKey());
                Files.createDirectories(target.toAbsolutePath().getParent());
                Files.writeString(target, filled(file.getValue()));
            }
        } catch (IOException e) {
            throw PeftException.of(
                    "cannot-write",
                    "cannot write to " + directory + ": " + e.getMessage(),
                    "Check that the directory may be written to and that the disk is not full.",
                    e);
        }
    }

    private static boolean empty(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        }
    }

    /** Paths in the project to templates. */
    private Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("pom.xml", "pom.xml");
        files.put("src/main/java/module-info.java", "module-info.txt");
        files.put(source(home, name, "Config"), "Config.txt");
        files.put(source(home, name, "Method"), "Method.txt");
        files.put(test(home, name), "ContractTests.txt");
        return files;
    }

    static String source(String home, String name, String kind) {
        return "src/main/java/" + home.replace('.', '/') + "/" + className(name) + kind + ".java";
    }

    static String test(String home, String name) {
        return "src/test/java/" + home.replace('.', '/') + "/" + className(name) + "ContractTests.java";
    }

    /** {@code my-method} is {@code MyMethod}. */
    private static String className(String name) {
        return Arrays.stream(name.split("-"))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
    }

    private String filled(String template) {
        return text(template)
                .replace("@NAME@", name)
                .replace("@PACKAGE@", home)
                .replace("@GROUP@", home.substring(0, home.lastIndexOf('.')))
                .replace("@CLASS@", className(name))
                .replace("@VERSION@", version);
    }

    private static String text(String template) {
        try (InputStream in = Skeleton.class.getResourceAsStream(TEMPLATES + template)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
