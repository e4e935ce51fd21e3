package org.peft4j.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.AttentionHook;
import org.peft4j.api.Installer;
import org.peft4j.api.LinearHook;
import org.peft4j.api.Site;
import org.peft4j.api.StreamHook;
import org.peft4j.engine.EngineParam;
import org.peft4j.engine.FrozenMatrix;
import org.peft4j.engine.ParameterSet;

/** A method installed on a base model: its parameters and its hooks. */
public final class Adapter {
    private final String name;
    private final AdapterMethod<?> method;
    private final Record config;
    private final ParameterSet parameters;

    final Map<Site, List<LinearHook>> linear = new HashMap<>();
    final Map<Site, List<AttentionHook>> attention = new HashMap<>();
    final Map<Site, List<StreamHook>> stream = new HashMap<>();
    final Map<Site, FrozenMatrix> storage = new HashMap<>();
    /** Trainable tensors that stand in for the base's, by checkpoint key. */
    final Map<String, EngineParam> unfrozen = new LinkedHashMap<>();

    final List<Installer.Computed> penalties = new ArrayList<>();
    final List<Installer.StepHook> steps = new ArrayList<>();
    final Map<String, Installer.Computed> derived = new LinkedHashMap<>();
    int virtualTokenCount;
    Installer.VirtualTokens virtualTokens;
    int positionOffset;

    Adapter(String name, AdapterMethod<?> method, Record config, ParameterSet parameters) {
        this.name = name;
        this.method = method;
        this.config = config;
        this.parameters = parameters;
    }

    /**
     * Installs a method on a model.
     *
     * @param name what this adapter is called among several; it leaves no trace in files
     * @param seed of the random first values
     * @throws org.peft4j.api.PeftException listing every reason why the settings don't fit the model
     */
    public static <C extends Record> Adapter install(
            BaseModel base, String name, AdapterMethod<C> method, C config, long seed) {
        return AdapterInstaller.install(base, name, method, config, seed);
    }

    /** What it is called among several. */
    public String name() {
        return name;
    }

    /** The method. */
    public AdapterMethod<?> method() {
        return method;
    }

    /** The method's settings. */
    public Record config() {
        return config;
    }

    /** Its parameters. */
    public ParameterSet parameters() {
        return parameters;
    }

    /** What is to be called after each optimizer step. */
    public List<Installer.StepHook> stepHooks() {
        return List.copyOf(steps);
    }
}
