package org.peft4j.runtime;

import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolutionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.PeftException;
import org.peft4j.api.WeightCodec;

/**
 * The plugins of directories, each in a module layer of its own above the program's: a jar that Java can't use costs nothing but
 * itself, and plugins don't see each other. Jars without a plugin are libraries of those that require them; where the program has a
 * module of that name, the program's is used.
 *
 * @param layers one for each plugin
 * @param problems one for each jar that was left out, {@code broken-plugin}
 */
record PluginLayers(List<ModuleLayer> layers, List<PeftException> problems) {
    private static final Set<String> SERVICES = Set.of(AdapterMethod.class.getName(), WeightCodec.class.getName());

    /**
     * Those of the directories that the system property {@code peft.plugins} names; the same layers each time.
     *
     * @throws PeftException {@code duplicate-method} if a plugin's module is there twice
     */
    static PluginLayers ofThisProgram() {
        OfThisProgram.REFUSAL.ifPresent(refusal -> {
            throw refusal;
        });
        return OfThisProgram.FOUND;
    }

    /** Made once, when first asked for: a method and a codec of one jar are in one layer. */
    private static final class OfThisProgram {
        static final PluginLayers FOUND;
        static final Optional<PeftException> REFUSAL;

        static {
            PluginLayers found = new PluginLayers(List.of(), List.of());
            PeftException refusal = null;
            try {
                found = of(PluginJar.in(System.getProperty("peft.plugins", "")), ModuleLayer.boot());
            } catch (PeftException e) {
                refusal = e;
            }
            FOUND = found;
            REFUSAL = Optional.ofNullable(refusal);
        }
    }

    static PluginLayers of(List<PluginJar> jars, ModuleLayer program) {
        List<PeftException> problems = new ArrayList<>();
        Map<String, ModuleReference> plugins = new LinkedHashMap<>();
        List<ModuleReference> libraries = new ArrayList<>();
        for (PluginJar jar : jars) {
            jar.problem().ifPresent(problems::add);
            for (ModuleReference module : jar.modules()) {
                if (isPlugin(module)) {
                    refuseTwice(module, Optional.ofNullable(plugins.put(name(module), module)), program);
                } else if (program.configuration().findModule(name(module)).isEmpty()) {
                    withoutService(module, jar).ifPresent(problems::add);
                    libraries.add(module);
                }
            }
        }
        List<ModuleLayer> layers = new ArrayList<>();
        for (ModuleReference plugin : plugins.values()) {
            try {
                layers.add(layer(plugin, libraries, program));
            } catch (FindException | ResolutionException | LayerInstantiationException e) {
                problems.add(PluginJar.broken(place(plugin), "can't be used", e));
            }
        }
        return new PluginLayers(List.copyOf(layers), List.copyOf(problems));
    }

    private static ModuleLayer layer(ModuleReference plugin, List<ModuleReference> libraries, ModuleLayer program) {
        List<ModuleReference> own = new ArrayList<>(libraries);
        own.add(plugin);
        Configuration configuration =
                program.configuration().resolve(new GivenModules(own), ModuleFinder.of(), Set.of(name(plugin)));
        return program.defineModulesWithOneLoader(configuration, PluginLayers.class.getClassLoader());
    }

    private static boolean isPlugin(ModuleReference module) {
        return module.descriptor().provides().stream().anyMatch(p -> SERVICES.contains(p.service()));
    }

    /** Whoever drops a jar in expects it to be used: of two, one wouldn't be. */
    private static void refuseTwice(ModuleReference module, Optional<ModuleReference> other, ModuleLayer program) {
        Optional<ModuleReference> first = other.isPresent()
                ? other
                : program.configuration().findModule(name(module)).map(m -> m.reference());
        first.ifPresent(found -> {
            throw PeftException.of(
                    "duplicate-method",
                    "the module " + name(module) + " is in two jars: " + place(found) + " and " + place(module),
                    "Remove one of the two.");
        });
    }

    /** What to say of a module that was written for this SPI but offers nothing. */
    private static Optional<PeftException> withoutService(ModuleReference module, PluginJar jar) {
        boolean meant = module.descriptor().requires().stream()
                .map(ModuleDescriptor.Requires::name)
                .anyMatch(AdapterMethod.class.getModule().getName()::equals);
        return meant
                ? Optional.of(PluginJar.broken(
                        jar.path(),
                        "has a module, " + name(module) + ", whose module-info provides no method and no codec",
                        null))
                : Optional.empty();
    }

    private static String name(ModuleReference module) {
        return module.descriptor().name();
    }

    private static Path place(ModuleReference module) {
        return module.location().map(Path::of).orElse(Path.of("unknown"));
    }

    /** Modules that are known already. */
    private record GivenModules(List<ModuleReference> given) implements ModuleFinder {
        @Override
        public Optional<ModuleReference> find(String name) {
            return given.stream().filter(m -> name(m).equals(name)).findFirst();
        }

        @Override
        public Set<ModuleReference> findAll() {
            return Set.copyOf(given);
        }
    }
}
