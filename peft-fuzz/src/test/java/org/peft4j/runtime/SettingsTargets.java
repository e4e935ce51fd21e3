package org.peft4j.runtime;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.Targets;
import org.peft4j.checkpoint.CheckpointTargets;
import org.peft4j.config.ConfigDocument;
import org.peft4j.config.SettingsBinder;
import org.peft4j.full.FullMethod;
import org.peft4j.llamaadapter.LlamaAdapterMethod;
import org.peft4j.lora.LoraMethod;
import org.peft4j.prefix.PrefixMethod;
import org.peft4j.prompt.PromptMethod;
import org.peft4j.qlora.QloraMethod;

/** Settings: YAML of a run, and what stands in an adapter's file. */
public final class SettingsTargets {
    private static final List<AdapterMethod<?>> METHODS = List.of(
            new LoraMethod(),
            new QloraMethod(),
            new PrefixMethod(),
            new PromptMethod(),
            new LlamaAdapterMethod(),
            new FullMethod());

    private SettingsTargets() {}

    /** A run's configuration, bound to every kind of settings it has. */
    public static void yaml(byte[] input) {
        ConfigDocument document = ConfigDocument.parse(new String(input, StandardCharsets.UTF_8), "run.yaml");
        RunConfig run = SettingsBinder.bind(RunConfig.class, document.root(), "the run");
        SettingsBinder.plain(run.training());
        for (AdapterMethod<?> method : METHODS) {
            SettingsBinder.bind(method.configType(), document.root(), "the method");
        }
    }

    /** A setting on the command line. */
    public static void override(byte[] input) {
        ConfigDocument.parse("method: {name: lora, rank: 8}\nbase: x\n", "run.yaml")
                .withOverride(new String(input, StandardCharsets.UTF_8));
    }

    /** Settings of many types, as a method of others may have them. */
    public record Own(
            int n,
            long m,
            double x,
            boolean f,
            String s,
            Role role,
            Targets targets,
            List<Integer> list,
            Map<String, Double> map) {}

    /** adapter_config.json by every method's format; the targets it names are looked for. The first byte chooses. */
    public static void adapterConfig(byte[] input) {
        if (input.length == 0) {
            return;
        }
        List<AdapterFormat<?>> formats = new ArrayList<>();
        METHODS.forEach(m -> formats.add(m.format()));
        formats.add(AdapterFormat.own("own", Own.class));
        AdapterFormat<?> format = formats.get((input[0] & 0xff) % formats.size());
        byte[] json = java.util.Arrays.copyOfRange(input, 1, input.length);
        Record settings = format.read(CheckpointTargets.entries(json), shape());
        SettingsBinder.plain(settings);
        new AdapterTargets(settings).test();
    }

    private static ModelShape shape() {
        Site site = new Site("model.layers.0.self_attn.q_proj", 0, Role.Q, 64, 64);
        return new ModelShape("llama", 64, 1, 4, 2, 16, 128, 256, 512, List.of(site), List.of());
    }

    /** Every component of a record that names modules. */
    private record AdapterTargets(Record settings) {
        void test() {
            for (var component : settings.getClass().getRecordComponents()) {
                try {
                    if (component.getAccessor().invoke(settings) instanceof Targets targets) {
                        shape().sites().forEach(targets::test);
                    }
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                } catch (java.lang.reflect.InvocationTargetException e) {
                    throw new AssertionError(e.getCause());
                }
            }
        }
    }
}
