package org.peft4j.architecture;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The checkout these tests look at. */
final class Repository {
    private Repository() {}

    /** The directory with the parent POM. */
    static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(at.resolve("peft-api")) || !Files.isRegularFile(at.resolve("CONTRIBUTING.md"))) {
            at = at.getParent();
            if (at == null) {
                throw new IllegalStateException("these tests run within a checkout of peft4j");
            }
        }
        return at;
    }

    /** A part of the reactor that is a module of Java. */
    record Part(String name, Path directory) {
        Path classes() {
            return directory.resolve("target/classes");
        }

        /** Its package's directory of classes, without what is unpacked beside it. */
        Path ownClasses() {
            return classes().resolve("org/peft4j");
        }

        ModuleDescriptor descriptor() {
            try (InputStream in = Files.newInputStream(classes().resolve("module-info.class"))) {
                return ModuleDescriptor.read(in);
            } catch (IOException e) {
                throw new UncheckedIOException("the module isn't built: mvn verify builds all in the right order", e);
            }
        }
    }

    /** All Java modules but those that only test. */
    static List<Part> parts() {
        return parts(d -> Files.isRegularFile(d.resolve("src/main/java/module-info.java")) && !d.endsWith("peft-e2e"));
    }

    /** All directories of the reactor. */
    static List<Part> parts(Predicate<Path> which) {
        try (Stream<Path> list = Files.list(root())) {
            return list.filter(d -> Files.isRegularFile(d.resolve("pom.xml")))
                    .filter(which)
                    .map(d -> new Part(d.getFileName().toString(), d))
                    .sorted((a, b) -> a.name().compareTo(b.name()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Java files below a directory; none where there is no such directory. */
    static List<Path> sources(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(f -> f.toString().endsWith(".java")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Java files of the product itself. */
    static List<Path> mainSources() {
        return parts().stream()
                .flatMap(p -> sources(p.directory().resolve("src/main/java")).stream())
                .toList();
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
