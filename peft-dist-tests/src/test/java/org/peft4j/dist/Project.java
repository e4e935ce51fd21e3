package org.peft4j.dist;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A plugin's sources in Maven's layout, built and tested as Maven would, but within this process. */
final class Project {
    private static final String LINT = "-Xlint:all,-missing-explicit-ctor,-exports,-module";

    private final Path directory;
    private final Path classes;
    private final Path testClasses;

    private Project(Path directory, Path built) throws IOException {
        this.directory = directory;
        this.classes = Files.createDirectories(built.resolve("classes"));
        this.testClasses = Files.createDirectories(built.resolve("test-classes"));
    }

    /** What became of one test. */
    record Result(String name, TestExecutionResult.Status status, String message) {
        boolean failed() {
            return status == TestExecutionResult.Status.FAILED;
        }
    }

    /**
     * Compiles main and test sources: the main ones as a module that sees the SPI and nothing else, and without a warning.
     *
     * @param built where classes go
     * @param modules jars that the main sources see besides
     */
    static Project compile(Path directory, Path built, Path... modules) throws IOException {
        StringBuilder seen = new StringBuilder(Distribution.jar("peft-api").toString());
        for (Path module : modules) {
            seen.append(File.pathSeparator).append(module);
        }
        Project project = new Project(directory, built);
        javac(
                directory.resolve("src/main/java"),
                List.of("-d", project.classes.toString(), "-p", seen.toString(), LINT));
        javac(
                directory.resolve("src/test/java"),
                List.of(
                        "-d",
                        project.testClasses.toString(),
                        "-cp",
                        project.classes + File.pathSeparator + System.getProperty("java.class.path")));
        return project;
    }

    private static void javac(Path sources, List<String> options) throws IOException {
        if (java(sources).isEmpty()) {
            return; // a plugin without tests
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> all = new ArrayList<>(List.of("--release", "17", "-proc:none", "-Werror"));
        all.addAll(options);
        StringWriter said = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean good = compiler.getTask(
                            said, files, null, all, null, files.getJavaFileObjectsFromPaths(java(sources)))
                    .call();
            if (!good) {
                throw new AssertionError(sources + " doesn't compile:\n" + said);
            }
        }
    }

    private static List<Path> java(Path sources) throws IOException {
        if (!Files.isDirectory(sources)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(f -> f.toString().endsWith(".java")).toList();
        }
    }

    /** Writes the module as a jar. */
    Path jar(Path file) throws IOException {
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file));
                Stream<Path> all = Files.walk(classes)) {
            for (Path entry : all.filter(Files::isRegularFile).toList()) {
                jar.putNextEntry(
                        new JarEntry(classes.relativize(entry).toString().replace(File.separatorChar, '/')));
                jar.write(Files.readAllBytes(entry));
            }
        }
        return file;
    }

    /** Runs all test classes. */
    List<Result> test() throws IOException {
        List<Result> results = new ArrayList<>();
        URL[] path = {classes.toUri().toURL(), testClasses.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(path, Project.class.getClassLoader())) {
            for (Path source : java(directory.resolve("src/test/java"))) {
                LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectClass(load(loader, source)))
                        .build();
                LauncherFactory.create().execute(request, new TestExecutionListener() {
                    @Override
                    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                        if (test.isTest() || result.getStatus() == TestExecutionResult.Status.FAILED) {
                            String message = result.getThrowable()
                                    .map(Throwable::getMessage)
                                    .orElse("");
                            results.add(new Result(test.getDisplayName(), result.getStatus(), message));
                        }
                    }
                });
            }
        }
        return results;
    }

    private Class<?> load(ClassLoader loader, Path source) {
        String path = directory.resolve("src/test/java").relativize(source).toString();
        try {
            return loader.loadClass(path.replace(".java", "").replace(File.separatorChar, '.'));
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
