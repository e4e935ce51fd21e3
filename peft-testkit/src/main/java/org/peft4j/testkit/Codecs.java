package org.peft4j.testkit;

import java.io.File;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.peft4j.api.WeightCodec;

/** The codecs that a base may be kept in: those that module descriptors announce, on the module path and on the class path. */
final class Codecs {
    private Codecs() {}

    static List<WeightCodec> installed() {
        List<WeightCodec> codecs = new ArrayList<>();
        ServiceLoader.load(WeightCodec.class).forEach(codecs::add);
        if (!Codecs.class.getModule().isNamed()) { // nobody reads descriptors on a class path, where plugins' tests run
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                announced(Path.of(entry)).forEach(name -> codecs.add(made(name)));
            }
        }
        return codecs;
    }

    private static List<String> announced(Path entry) {
        try {
            return ModuleFinder.of(entry).findAll().stream()
                    .flatMap(module -> module.descriptor().provides().stream())
                    .filter(p -> p.service().equals(WeightCodec.class.getName()))
                    .map(ModuleDescriptor.Provides::providers)
                    .flatMap(List::stream)
                    .toList();
        } catch (FindException none) {
            return List.of(); // an entry that is no module and can't be one
        }
    }

    private static WeightCodec made(String name) {
        try {
            return (WeightCodec) Class.forName(name).getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The codec " + name + " on the class path can't be made.", e);
        }
    }
}
