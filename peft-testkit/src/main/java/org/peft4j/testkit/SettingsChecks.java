package org.peft4j.testkit;

import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.List;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.PeftException;
import org.peft4j.api.Setting;
import org.peft4j.engine.EngineParam;
import org.peft4j.model.Adapter;

/** What a method says of itself and of settings. */
final class SettingsChecks {
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
        try {
            method.getClass().getConstructor();
        } catch (NoSuchMethodException e) {
            throw Trial.fault(
                    method.getClass().getName() + " has no public constructor without arguments.",
                    "ServiceLoader can't make one.");
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
