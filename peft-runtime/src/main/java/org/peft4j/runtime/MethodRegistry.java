package org.peft4j.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.PeftException;
import org.peft4j.config.ConfigNode;
import org.peft4j.config.NearestName;

/** The methods on the module path, found by {@link java.util.ServiceLoader}: the program knows none of them by name. */
public final class MethodRegistry {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");

    private final Map<String, InstalledMethod> methods = new TreeMap<>();
    private final List<PeftException> problems = new ArrayList<>();

    private MethodRegistry() {}

    /**
     * Finds all methods. A plugin that can't be used costs nothing but its own method: see {@link #problems}.
     *
     * @throws PeftException if two plugins have one name: it says which jars
     */
    public static MethodRegistry load() {
        MethodRegistry registry = new MethodRegistry();
        registry.problems.addAll(PluginLayers.ofThisProgram().problems());
        PluginScan<AdapterMethod<?>> found = PluginScan.of(AdapterMethod.class);
        registry.problems.addAll(found.problems());
        for (AdapterMethod<?> method : found.plugins()) {
            try {
                askAll(method);
                registry.add(describe(method));
            } catch (PeftException e) {
                if (!e.code().equals("broken-plugin")) {
                    throw e;
                }
                registry.problems.add(e);
            } catch (RuntimeException | LinkageError e) {
                registry.problems.add(PluginScan.broken(method.getClass(), "can't be asked what it is", e));
            }
        }
        return registry;
    }

    /** A class that lacks shows only when it is needed; better now than in the middle of a list. */
    private static void askAll(AdapterMethod<?> method) {
        method.description();
        if (method.configType().getRecordComponents() == null) {
            throw new IllegalStateException("its configType() is no record");
        }
        method.format().peftType();
    }

    /** What is wrong with plugins that were left out; each names the jar and the cause. */
    public List<PeftException> problems() {
        return List.copyOf(problems);
    }

    /** A registry of given methods, for tests of plugins. */
    public static MethodRegistry of(AdapterMethod<?>... methods) {
        MethodRegistry registry = new MethodRegistry();
        for (AdapterMethod<?> method : methods) {
            registry.add(describe(method));
        }
        return registry;
    }

    private static InstalledMethod describe(AdapterMethod<?> method) {
        Module module = method.getClass().getModule();
        String name = module.isNamed() ? module.getName() : "unnamed";
        String version = module.isNamed() ? module.getDescriptor().rawVersion().orElse("unknown") : "unknown";
        return new InstalledMethod(method, name, version, PluginScan.location(method.getClass()));
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
                            + ". A method's jar dropped into the plugins directory is found at the next start."
                            + leftOut());
        }
        return found;
    }

    private String leftOut() {
        return problems.isEmpty()
                ? ""
                : "\nLeft out: "
                        + problems.stream().map(PeftException::getMessage).collect(Collectors.joining("\n"));
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
