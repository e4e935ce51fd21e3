package org.peft4j.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The built distribution, of which jars can be added and removed.
 *
 * @param home the directory with bin/, lib/ and plugins/
 */
record Distribution(Path home) {
    /** What a command left. */
    record Outcome(int code, String out, String err) {}

    /** The directory with the parent POM. */
    static Path repository() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(at.resolve("peft-api")) || !Files.isDirectory(at.resolve("examples"))) {
            at = at.getParent();
        }
        return at;
    }

    private static Path built() {
        Path built = repository().resolve("peft-dist/target/peft4j");
        if (!Files.isDirectory(built.resolve("lib"))) {
            throw new IllegalStateException("the distribution isn't built: mvn verify builds all in the right order");
        }
        return built;
    }

    /** A jar of the distribution. */
    static Path jar(String artifact) {
        try (Stream<Path> jars = Files.list(built().resolve("lib"))) {
            return jars.filter(j -> j.getFileName().toString().matches(artifact + "-\\d.*\\.jar"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A distribution of one's own: links to the built one's jars, no plugins. */
    static Distribution in(Path home) throws IOException {
        Path lib = Files.createDirectories(home.resolve("lib"));
        Files.createDirectories(home.resolve("plugins"));
        try (Stream<Path> jars = Files.list(built().resolve("lib"))) {
            for (Path jar : jars.toList()) {
                Files.createSymbolicLink(lib.resolve(jar.getFileName()), jar);
            }
        }
        Path bin = Files.createDirectories(home.resolve("bin"));
        for (String program : List.of("peft", "peft-archive")) {
            Files.copy(
                    built().resolve("bin").resolve(program), bin.resolve(program), StandardCopyOption.COPY_ATTRIBUTES);
        }
        return new Distribution(home);
    }

    /** A distribution of one's own as it would be installed: with files instead of links. */
    static Distribution copiedTo(Path home) throws IOException {
        Distribution copy = in(home);
        try (Stream<Path> links = Files.list(home.resolve("lib"))) {
            for (Path link : links.toList()) {
                Path jar = Files.readSymbolicLink(link);
                Files.delete(link);
                Files.copy(jar, link, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return copy;
    }

    /** Takes a module's jar out of lib/. */
    void remove(String artifact) throws IOException {
        Files.delete(home.resolve("lib").resolve(jar(artifact).getFileName()));
    }

    /** Drops a jar into plugins/. */
    void plugin(Path jar, String name) throws IOException {
        Files.copy(jar, home.resolve("plugins").resolve(name));
    }

    /** Runs bin/peft. */
    Outcome run(Object... arguments) throws IOException, InterruptedException {
        return run(Map.of(), arguments);
    }

    /** Runs bin/peft with one more directory of plugins. */
    Outcome runWithPlugins(Path directory, Object... arguments) throws IOException, InterruptedException {
        return run(Map.of("PEFT_PLUGINS", directory.toString()), arguments);
    }

    /** Runs bin/peft-archive. */
    Outcome makeArchive() throws IOException, InterruptedException {
        return run("peft-archive", Map.of());
    }

    /** Runs bin/peft in an environment with these settings. */
    Outcome run(Map<String, String> settings, Object... arguments) throws IOException, InterruptedException {
        return run("peft", settings, arguments);
    }

    private Outcome run(String program, Map<String, String> settings, Object... arguments)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin").resolve(program).toString()));
        Stream.of(arguments).map(String::valueOf).forEach(command::add);
        Path out = Files.createTempFile(home, "out", ".txt");
        Path err = Files.createTempFile(home, "err", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        Map<String, String> environment = builder.environment();
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.remove("PEFT_PLUGINS");
        environment.remove("PEFT_JAVA_OPTS");
        environment.putAll(settings);
        int code = builder.start().waitFor();
        return new Outcome(
                code, Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }
}
