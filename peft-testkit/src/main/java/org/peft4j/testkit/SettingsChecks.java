package org.peft4j.testkit;

import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.ModelShape;
import org.peft4j.api.PeftException;
import org.peft4j.api.Setting;
import org.peft4j.api.Targets;
import org.peft4j.config.ConfigDocument;
import org.peft4j.config.SettingsBinder;
import org.peft4j.engine.EngineParam;
import org.peft4j.model.Adapter;

/** What a method says of itself and of settings. */
final class SettingsChecks {
    /** What every method calls its main choice of layers. */
    private static final String TARGETS = "targetModules";

    private SettingsChecks() {}

    static <C extends Record> void description(Trial<C> trial) {
        AdapterMethod<C> method = trial.method();
        if (!method.name().matches("[a-z][a-z0-9-]{0,39}")) {
            throw Trial.fault(
                    "'" + method.name() + "' can't be a method's name.",
                    "Lower-case letters, digits and hyphens, starting with a letter, at most 40 characters.");
        }
        if (method.description().isBlank()) {
            throw Trial.fault("description() is empty.", "One sentence: what it trains and where, with its source.");
        }
        Class<C> type = method.configType();
        if (!type.isRecord() || !Modifier.isPublic(type.getModifiers())) {
            throw Trial.fault(type + " is not a public record.", "Settings are bound from YAML to its components.");
        }
        for (RecordComponent component : type.getRecordComponents()) {
            if (!component.isAnnotationPresent(Setting.class)) {
                throw Trial.fault(
                        "Setting '" + component.getName() + "' has no help text.",
                        "Annotate the component with @Setting(help = \"...\", value = \"its default\").");
            }
        }
        boolean made = Arrays.stream(method.getClass().getConstructors()).anyMatch(c -> c.getParameterCount() == 0);
        if (!made) {
            throw Trial.fault(
                    method.getClass().getName() + " has no public constructor without arguments.",
                    "ServiceLoader can't make one.");
        }
    }

    static <C extends Record> void binding(Trial<C> trial) {
        Class<C> type = trial.method().configType();
        Map<String, Object> given = new LinkedHashMap<>();
        try {
            given.putAll(SettingsBinder.plain(trial.config()));
            Object again = bind(type, given);
            if (!again.equals(trial.config())) {
                throw Trial.fault(
                        "Written to a configuration file and read again, " + trial.config() + " is " + again + ".",
                        "Does the compact constructor change values, or compare its record by identity (an array)?");
            }
            SettingsBinder.describe(type).stream().filter(s -> !s.required()).forEach(s -> given.remove(s.key()));
            bind(type, given);
        } catch (PeftException | IllegalStateException e) {
            throw Trial.fault(
                    "The settings, or their defaults, can't be read from a configuration file: " + e.getMessage(),
                    "A component is a boolean, int, long, double, String, enum, Targets, a record of these, or a List or Map"
                            + " with String keys of them; the record is public and its package exported. @Setting's value is"
                            + " what a user would write in the file: \"8\", \"[q_proj]\", \"{}\"; none means that the user"
                            + " has to choose.");
        }
    }

    private static <C extends Record> C bind(Class<C> type, Map<String, Object> values) {
        return SettingsBinder.bind(
                type,
                ConfigDocument.parse(ConfigDocument.yaml(values), "settings").root(),
                "the method");
    }

    static <C extends Record> void targets(Trial<C> trial) throws ReflectiveOperationException {
        RecordComponent[] components = trial.method().configType().getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            if (components[i].getType() == Targets.class
                    && components[i].getName().equals(TARGETS)) {
                refusesTargets(trial, components, i);
            }
        }
    }

    private static <C extends Record> void refusesTargets(Trial<C> trial, RecordComponent[] components, int index)
            throws ReflectiveOperationException {
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = components[i].getAccessor().invoke(trial.config());
        }
        values[index] = Targets.of("no_such_module");
        C config = trial.method().configType().getConstructor(types).newInstance(values);
        try {
            Adapter.install(trial.base(), "adapter", trial.method(), config, 1);
        } catch (PeftException e) {
            if (e.getMessage().contains("q_proj")) {
                return;
            }
            throw Trial.fault(
                    "target-modules that match nothing are refused without saying which modules there are: "
                            + e.getMessage(),
                    "List the candidates: the paths of ModelShape.sites.");
        }
        throw Trial.fault(
                "target-modules [no_such_module] match nothing, and nobody says so: the method was installed.",
                "Say it in problems(...) with the paths of ModelShape.sites, or let Installer.linear find out.");
    }

    /** Whether settings are tried that the method refuses, if it refuses any. */
    static <C extends Record> void problemsAreTried(AdapterMethod<C> method, Map<C, String> impossible)
            throws NoSuchMethodException {
        boolean hasOpinion = method.getClass()
                        .getMethod("problems", Record.class, ModelShape.class)
                        .getDeclaringClass()
                != AdapterMethod.class;
        if (hasOpinion && impossible.isEmpty()) {
            throw Trial.fault(
                    "problems(...) is written, but impossible() gives no settings that it refuses: nothing tries it.",
                    "Give settings that can't work on the tiny model, with a part of what is said of them; or delete problems(...).");
        }
    }

    static <C extends Record> void noProblem(Trial<C> trial) {
        List<String> problems =
                trial.method().problems(trial.config(), trial.base().shape());
        if (!problems.isEmpty()) {
            throw Trial.fault(
                    "problems(...) refuses settings that the test says fit the tiny model: " + problems,
                    "Give settings for hidden size 32, 2 layers, 4 heads; those that can't work belong into impossible().");
        }
    }

    static <C extends Record> void parameters(Trial<C> trial) {
        Adapter adapter = trial.fresh(1);
        if (adapter.parameters().trainable().isEmpty()) {
            throw Trial.fault(
                    "install(...) creates no trainable parameter: there is nothing to train.",
                    "Create parameters with installer.param(...) or, in a hook's factory, params.param(...), and use them in"
                            + " the hook.");
        }
        for (EngineParam p : adapter.parameters().all()) {
            if (!p.finite()) {
                throw Trial.fault(
                        "The first values of " + p.key() + " are not all finite numbers.", "Look at its Init.");
            }
        }
    }

    static <C extends Record> void refused(Trial<C> trial, String expected) {
        List<String> problems =
                trial.method().problems(trial.config(), trial.base().shape());
        if (problems.stream().noneMatch(p -> p.contains(expected))) {
            throw Trial.fault(
                    "problems(...) of " + trial.config() + " is " + problems + ", where a sentence with '" + expected
                            + "' is expected.",
                    "Say in plain words what does not fit, and what there is instead.");
        }
        try {
            trial.fresh(1);
        } catch (PeftException e) {
            if (e.getMessage().contains(expected)) {
                return;
            }
            throw Trial.fault("Installing is refused without the reason: " + e.getMessage(), "");
        }
        throw Trial.fault("Settings with problems were installed.", "");
    }
}
