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
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.PeftException;

/**
 * The providers of a service that could be made, and what is wrong with the others.
 *
 * @param plugins those that could
 * @param problems one for each that couldn't, {@code broken-plugin}
 */
record PluginScan<S>(List<S> plugins, List<PeftException> problems) {
    private static final String REMEDY = "Remove its jar from the plugins directory, or replace it by a whole one.";

    /** Looks for providers of this service, which {@code org.peft4j.runtime} uses. */
    @SuppressWarnings("unchecked") // services with type parameters: their providers are of a wildcard
    static <S> PluginScan<S> of(Class<? super S> service) {
        List<S> plugins = new ArrayList<>();
        List<PeftException> problems = new ArrayList<>();
        ServiceLoader<?> loader = service == (Class<?>) AdapterMethod.class
                ? ServiceLoader.load(AdapterMethod.class)
                : ServiceLoader.load(org.peft4j.api.WeightCodec.class);
        Iterator<? extends ServiceLoader.Provider<?>> providers =
                loader.stream().iterator();
        while (true) {
            try {
                if (!providers.hasNext()) {
                    return new PluginScan<>(plugins, problems);
                }
                ServiceLoader.Provider<?> provider = providers.next();
                made(provider, problems).ifPresent(p -> plugins.add((S) p));
            } catch (ServiceConfigurationError e) { // the loader goes on behind the one it couldn't load
                problems.add(
                        PeftException.of("broken-plugin", "a plugin cannot be loaded: " + e.getMessage(), REMEDY, e));
            }
        }
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
                REMEDY,
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
