package org.peft4j.runtime;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.PeftException;

/**
 * The providers of a service that could be made, and what is wrong with the others.
 *
 * @param plugins those that could
 * @param problems one for each that couldn't, {@code broken-plugin}
 */
record PluginScan<S>(List<S> plugins, List<PeftException> problems) {
    /** Looks for providers of this service, which {@code org.peft4j.runtime} uses, in the program and its plugins. */
    static <S> PluginScan<S> of(Class<? super S> service) {
        PluginScan<S> found = new PluginScan<>(new ArrayList<>(), new ArrayList<>());
        found.add(ServiceLoader.load(service), null);
        for (ModuleLayer layer : PluginLayers.ofThisProgram().layers()) {
            found.add(ServiceLoader.load(layer, service), layer);
        }
        return found;
    }

    /**
     * Adds what this loader finds.
     *
     * @param only the layer whose providers are wanted, as the loader goes on to those of the layers below; null for all
     */
    @SuppressWarnings("unchecked") // services with type parameters: their providers are of a wildcard
    private void add(ServiceLoader<?> loader, ModuleLayer only) {
        Iterator<? extends ServiceLoader.Provider<?>> providers =
                loader.stream().iterator();
        while (true) {
            try {
                if (!providers.hasNext()) {
                    return;
                }
                ServiceLoader.Provider<?> provider = providers.next();
                if (only == null || provider.type().getModule().getLayer() == only) {
                    made(provider, problems).ifPresent(p -> plugins.add((S) p));
                }
            } catch (ServiceConfigurationError e) { // the loader goes on behind the one it couldn't load
                problem(e, only);
            }
        }
    }

    private void problem(ServiceConfigurationError error, ModuleLayer layer) {
        String where = layer == null ? "" : " of " + jars(layer);
        PeftException problem = PeftException.of(
                "broken-plugin",
                "a plugin" + where + " cannot be loaded: " + error.getMessage(),
                PluginJar.REMEDY,
                error);
        if (problems.stream().noneMatch(p -> p.getMessage().equals(problem.getMessage()))) {
            problems.add(problem);
        }
    }

    private static String jars(ModuleLayer layer) {
        return layer.configuration().modules().stream()
                .map(m -> m.reference().location().map(URI::getPath).orElse(m.name()))
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static Optional<Object> made(ServiceLoader.Provider<?> provider, List<PeftException> problems) {
        try {
            Optional<String> other = otherVersion(provider.type().getModule());
            if (other.isPresent()) {
                problems.add(broken(provider.type(), other.get(), null));
                return Optional.empty();
            }
            return Optional.of(provider.get());
        } catch (ServiceConfigurationError | LinkageError e) {
            problems.add(broken(provider.type(), "cannot start", e.getCause() == null ? e : e.getCause()));
            return Optional.empty();
        }
    }

    /** The version of the SPI that a plugin was compiled for, where it is one that this program's isn't compatible with. */
    private static Optional<String> otherVersion(Module plugin) {
        ModuleDescriptor api = AdapterMethod.class.getModule().getDescriptor();
        if (!plugin.isNamed() || api == null || api.rawVersion().isEmpty()) {
            return Optional.empty();
        }
        String own = api.rawVersion().get();
        return plugin.getDescriptor().requires().stream()
                .filter(r -> r.name().equals(api.name()))
                .flatMap(r -> r.rawCompiledVersion().stream())
                .filter(compiled -> !line(compiled).equals(line(own)))
                .map(compiled -> "was made for version " + compiled + " of " + api.name() + ", this is " + own)
                .findFirst();
    }

    /** Versions of one line are compatible: the first number, and before 1.0 the second, too. */
    private static String line(String version) {
        String[] parts = version.split("[.-]");
        return parts[0].equals("0") && parts.length > 1 ? "0." + parts[1] : parts[0];
    }

    static PeftException broken(Class<?> type, String what, Throwable cause) {
        return PeftException.of(
                "broken-plugin",
                "plugin " + type.getName() + " in " + location(type) + " " + what + (cause == null ? "" : ": " + cause),
                PluginJar.REMEDY,
                cause);
    }

    /** Where a class' jar is, or {@code unknown}. */
    static String location(Class<?> type) {
        Module module = type.getModule();
        if (module.getLayer() == null || !module.isNamed()) {
            return "unknown";
        }
        return module.getLayer()
                .configuration()
                .findModule(module.getName())
                .map(m -> m.reference())
                .flatMap(ModuleReference::location)
                .map(URI::getPath)
                .orElse("unknown");
    }
}
