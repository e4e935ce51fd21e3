package org.peft4j.runtime;

import java.io.File;
import java.io.IOException;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.peft4j.api.PeftException;

/**
 * A jar of a directory of plugins, or a directory with a module's classes.
 *
 * @param path where it is
 * @param modules what is in it: one, or none where it can't be read
 * @param problem why it can't
 */
record PluginJar(Path path, Collection<ModuleReference> modules, Optional<PeftException> problem) {
    static final String REMEDY =
            "Remove its jar from the plugins directory, replace it by a whole one, or put beside it what it requires.";

    /** All of these directories, separated as paths are, each once; those that don't exist have none. */
    static List<PluginJar> in(String directories) {
        Set<Path> paths = new LinkedHashSet<>();
        for (String directory : directories.split(File.pathSeparator)) {
            if (!directory.isEmpty() && Files.isDirectory(Path.of(directory))) {
                paths.addAll(list(Path.of(directory)));
            }
        }
        return paths.stream().map(PluginJar::of).toList();
    }

    private static List<Path> list(Path directory) {
        try (Stream<Path> entries = Files.list(directory.toRealPath())) {
            return entries.filter(
                            e -> e.toString().endsWith(".jar") || Files.isRegularFile(e.resolve("module-info.class")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw PeftException.of(
                    "unreadable-file",
                    "the directory of plugins " + directory + " can't be read: " + e.getMessage(),
                    "Check its permissions.",
                    e);
        }
    }

    static PluginJar of(Path path) {
        try {
            return new PluginJar(path, ModuleFinder.of(path).findAll(), Optional.empty());
        } catch (FindException e) {
            return new PluginJar(path, List.of(), Optional.of(broken(path, "is no Java module", e)));
        }
    }

    static PeftException broken(Path jar, String what, Throwable cause) {
        return PeftException.of(
                "broken-plugin",
                "the plugin " + jar + " " + what + (cause == null ? "" : ": " + reason(cause)),
                REMEDY,
                cause);
    }

    /** The innermost cause is what is wrong with the jar; those around it say which one it is. */
    private static String reason(Throwable cause) {
        Throwable inner = cause;
        while (inner.getCause() != null && inner.getCause().getMessage() != null) {
            inner = inner.getCause();
        }
        return inner.getMessage();
    }
}
