package org.peft4j.cli;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.PeftException;

/** The jars in the directories of plugins, as the script that started the program names them. */
final class PluginJars {
    private PluginJars() {}

    /**
     * Refuses a method's jar that Java passes over because a module of its name was found elsewhere before: whoever dropped it in
     * expects it to be used.
     */
    static void check() {
        for (String directory : System.getProperty("peft.plugins", "").split(File.pathSeparator)) {
            if (!directory.isEmpty() && Files.isDirectory(Path.of(directory))) {
                ModuleFinder.of(Path.of(directory)).findAll().forEach(PluginJars::check);
            }
        }
    }

    private static void check(ModuleReference found) {
        ModuleDescriptor module = found.descriptor();
        boolean method = module.provides().stream().anyMatch(p -> p.service().equals(AdapterMethod.class.getName()));
        Optional<URI> used = ModuleLayer.boot()
                .configuration()
                .findModule(module.name())
                .flatMap(m -> m.reference().location());
        if (method && used.isPresent() && !same(used.get(), found.location().orElseThrow())) {
            throw PeftException.of(
                    "duplicate-method",
                    "the module " + module.name() + " is in two jars: " + Path.of(used.get()) + " and "
                            + Path.of(found.location().orElseThrow()),
                    "Remove one of the two; the second would not be used.");
        }
    }

    private static boolean same(URI one, URI two) {
        try {
            return Files.isSameFile(Path.of(one), Path.of(two));
        } catch (IOException e) {
            return one.equals(two);
        }
    }
}
