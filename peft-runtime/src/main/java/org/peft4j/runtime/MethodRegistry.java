package org.peft4j.runtime;

import java.lang.module.ModuleReference;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.PeftException;
import org.peft4j.config.ConfigNode;
import org.peft4j.config.NearestName;

/** The methods on the module path, found by {@link ServiceLoader}: the program knows none of them by name. */
public final class MethodRegistry {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");

    private final Map<String, InstalledMethod> methods = new TreeMap<>();

    private MethodRegistry() {}

    /**
     * Finds all methods.
     *
     * @throws PeftException if a plugin cannot be used, or if two have one name: it says which jars
     */
    public static MethodRegistry load() {
        MethodRegistry registry = new MethodRegistry();
        for (ServiceLoader.Provider<AdapterMethod<?>> provider : providers()) {
            registry.add(installed(provider));
        }
        return registry;
    }

    /** A registry of given methods, for tests of plugins. */
    public static MethodRegistry of(AdapterMethod<?>... methods) {
        MethodRegistry registry = new MethodRegistry();
        for (AdapterMethod<?> method : methods) {
            registry.add(describe(method));
        }
        return registry;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static List<ServiceLoader.Provider<AdapterMethod<?>>> providers() {
        ServiceLoader<AdapterMethod<?>> loader = (ServiceLoader) ServiceLoader.load(AdapterMethod.class);
        try {
            return loader.stream().toList();
        } catch (ServiceConfigurationError e) {
            throw PeftException.of(
                    "broken-plugin",
                    "a method plugin cannot be loaded: " + e.getMessage(),
                    "Remove its jar from the plugins directory, or replace it by a whole one.",
                    e);
        }
    }

    private static InstalledMethod installed(ServiceLoader.Provider<AdapterMethod<?>> provider) {
        try {
            return describe(provider.get());
        } catch (ServiceConfigurationError | LinkageError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw PeftException.of(
                    "broken-plugin",
                    "method plugin " + provider.type().getName() + " in " + location(provider.type())
                            + " cannot start: " + cause,
                    "Remove its jar from the plugins directory, or ask its author.",
                    e);
        }
    }

    private static InstalledMethod describe(AdapterMethod<?> method) {
        Module module = method.getClass().getModule();
        String name = module.isNamed() ? module.getName() : "unnamed";
        String version = module.isNamed() ? module.getDescriptor().rawVersion().orElse("unknown") : "unknown";
        return new InstalledMethod(method, name, version, location(method.getClass()));
    }

    private static String location(Class<?> type) {
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

    private void add(InstalledMethod found) {
        if (!NAME.matcher(found.name()).matches()) {
            throw PeftException.of(
                    "broken-plugin",
                    "the method of " + found.location() + " calls itself '" + found.name() + "'",
                    "A name is lower-case letters, digits and hyphens, starts with a letter and has at most 40.");
        }
        InstalledMethod other = methods.put(found.name(), found);
        if (other != null) {
            throw PeftException.of(
                    "duplicate-method",
                    "two plugins are called '" + found.name() + "': " + other.location() + " and " + found.location(),
                    "Remove one of the two jars.");
        }
    }

    /** All methods by name. */
    public List<InstalledMethod> all() {
        return List.copyOf(methods.values());
    }

    /**
     * The method of this name.
     *
     * @throws PeftException if there is none: it says which there are and which is nearest
     */
    public InstalledMethod method(String name) {
        InstalledMethod found = methods.get(name);
        if (found == null) {
            throw PeftException.of(
                    "unknown-method",
                    "there is no method '" + name + "'" + NearestName.question(name, methods.keySet()),
                    "Installed: " + String.join(", ", methods.keySet())
                            + ". A method's jar dropped into the plugins directory is found at the next start.");
        }
        return found;
    }

    /**
     * The method that a configuration's section names, its settings checked.
     *
     * @throws PeftException if the section names none or one that isn't there, or its settings are wrong
     */
    public InstalledMethod chosen(ConfigNode section) {
        NamedChoice choice = NamedChoice.of("method", section);
        InstalledMethod found = method(choice.name());
        choice.bind(found.method().configType());
        return found;
    }

    /**
     * The method that reads an adapter. Where several read its {@code peft_type}, the one that made it, or else the one that is
     * called like the type: others build on it.
     *
     * @param entries of {@code adapter_config.json}
     * @throws PeftException if none does
     */
    public InstalledMethod byPeftType(String type, Map<String, Object> entries) {
        List<InstalledMethod> readers = new ArrayList<>();
        List<String> known = new ArrayList<>();
        for (InstalledMethod m : methods.values()) {
            String own = m.method().format().peftType();
            if (own.equals(type)) {
                readers.add(m);
            }
            known.add(own + " (" + m.name() + ")");
        }
        if (readers.isEmpty()) {
            throw PeftException.of(
                    "unknown-adapter-type",
                    "the adapter is of peft_type '" + type + "', which no installed method reads",
                    "Installed methods read: " + String.join(", ", known)
                            + ". Drop the jar of a method for it into the plugins directory.");
        }
        Optional<InstalledMethod> maker =
                readers.stream().filter(m -> m.method().format().owns(entries)).findFirst();
        if (maker.isPresent()) {
            return maker.get();
        }
        String namesake = type.toLowerCase(Locale.ROOT).replace('_', '-');
        return readers.stream()
                .filter(m -> m.name().equals(namesake))
                .findFirst()
                .orElse(readers.get(0));
    }

    /** The method of this name, if it is installed. */
    public Optional<InstalledMethod> find(String name) {
        return Optional.ofNullable(methods.get(name));
    }
}
