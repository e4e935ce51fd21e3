package org.peft4j.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.PeftException;
import org.peft4j.config.ConfigNode;
import org.peft4j.model.Adapter;

/**
 * A method that a configuration chooses, with its settings.
 *
 * @param adapter what its adapter is called
 * @param method the method's name
 * @param settings its settings
 */
record ChosenMethod(String adapter, String method, Record settings) {
    /** What a lone adapter is called: its files lie in the output itself. */
    private static final String ALONE = "default";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,60}");
    /** Where a result that is a whole checkpoint goes, and where those of an unfinished run are. */
    private static final List<String> TAKEN = List.of("model", "checkpoints");

    /** The section {@code method}: one method, or a list of several that are trained together, the last one outermost. */
    static List<ChosenMethod> read(ConfigNode section, MethodRegistry registry) {
        if (!(section instanceof ConfigNode.Items list)) {
            return List.of(of(section, registry, ALONE));
        }
        if (list.items().isEmpty()) {
            throw wrong(section, "the list of methods is empty", "Name one method at least: 'method: {name: ...}'.");
        }
        List<ChosenMethod> all = new ArrayList<>();
        for (ConfigNode item : list.items()) {
            ChosenMethod chosen = of(item, registry, "");
            if (all.stream().anyMatch(other -> other.adapter.equals(chosen.adapter))) {
                throw wrong(
                        item,
                        "two adapters of the run are called '" + chosen.adapter + "'",
                        "Give one another name: '{name: " + chosen.method + ", as: ...}'.");
            }
            all.add(chosen);
        }
        return all;
    }

    private static ChosenMethod of(ConfigNode section, MethodRegistry registry, String adapter) {
        NamedChoice choice = NamedChoice.of("method", section);
        String name = adapter;
        if (name.isEmpty()) {
            name = choice.name();
            if (choice.rest().entries().get("as") != null) {
                name = named(choice.rest().entries().get("as").value());
                choice = new NamedChoice(
                        choice.what(), choice.name(), choice.rest().without("as"));
            }
        }
        AdapterMethod<?> method = registry.method(choice.name()).method();
        return new ChosenMethod(name, choice.name(), choice.bind(method.configType()));
    }

    private static String named(ConfigNode as) {
        if (as instanceof ConfigNode.Scalar scalar
                && NAME.matcher(scalar.text()).matches()
                && !TAKEN.contains(scalar.text())) {
            return scalar.text();
        }
        throw wrong(
                as,
                "'as' is " + as.describe() + ", which can't be an adapter's name",
                "It is a directory in the output: letters, digits, '_' and '-', but not " + String.join(" or ", TAKEN)
                        + ".");
    }

    private static PeftException wrong(ConfigNode where, String what, String remedy) {
        return PeftException.of("config", where.at() + ": " + what, remedy);
    }

    /**
     * Installs them all.
     *
     * @param seed of the first one's first values; the others have seeds of their own, or two of one method would learn the same
     */
    static List<Adapter> install(List<ChosenMethod> all, PeftModel model, long seed) {
        List<Adapter> adapters = new ArrayList<>();
        for (ChosenMethod chosen : all) {
            adapters.add(model.install(
                    chosen.adapter, chosen.method, chosen.settings, seed + adapters.size() * 0x9E3779B97F4A7C15L));
        }
        return adapters;
    }
}
