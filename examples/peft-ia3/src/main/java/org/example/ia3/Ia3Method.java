package org.example.ia3;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.peft4j.api.AdapterEntries;
import org.peft4j.api.AdapterFormat;
import org.peft4j.api.AdapterMethod;
import org.peft4j.api.Init;
import org.peft4j.api.Installer;
import org.peft4j.api.LinearHook;
import org.peft4j.api.ModelShape;
import org.peft4j.api.Param;
import org.peft4j.api.ParamScope;
import org.peft4j.api.Role;
import org.peft4j.api.Site;
import org.peft4j.api.Trait;

/** IA3 (Liu et al. 2022): scales keys, values and inner feed-forward activations by trained vectors. */
public final class Ia3Method implements AdapterMethod<Ia3Config> {
    @Override
    public String name() {
        return "ia3";
    }

    @Override
    public String description() {
        return "Scales keys, values and feed-forward activations by trained vectors (IA3, Liu et al. 2022).";
    }

    @Override
    public Class<Ia3Config> configType() {
        return Ia3Config.class;
    }

    @Override
    public List<String> problems(Ia3Config config, ModelShape model) {
        List<Site> linear = model.sites(Role.Kind.LINEAR);
        return linear.stream().anyMatch(config.targetModules())
                ? List.of()
                : List.of("target-modules: " + config.targetModules() + " matches no linear layer; there are "
                        + linear.stream().map(Site::path).toList());
    }

    @Override
    public void install(Ia3Config config, Installer installer) {
        installer.linear(
                config.targetModules(),
                (site, params) -> config.feedforwardModules().test(site) ? input(site, params) : output(site, params));
    }

    @Override
    public Set<Trait> traits(Ia3Config config) {
        return Set.of(Trait.IDENTITY_AT_INIT, Trait.MERGEABLE);
    }

    @Override
    public AdapterFormat<Ia3Config> format() {
        return new Format();
    }

    private static LinearHook input(Site site, ParamScope params) {
        Param scale = params.param("ia3_l", new Init.Ones(), 1, site.in());
        return (x, base, ops) -> base.apply(ops.mul(x, scale));
    }

    private static LinearHook output(Site site, ParamScope params) {
        Param scale = params.param("ia3_l", new Init.Ones(), site.out(), 1);
        return (x, base, ops) -> ops.mul(base.apply(x), ops.reshape(scale, site.out()));
    }

    /** The entries as HuggingFace peft writes them. */
    private static final class Format implements AdapterFormat<Ia3Config> {
        @Override
        public String peftType() {
            return "IA3";
        }

        @Override
        public boolean readByPeft(Ia3Config config) {
            return true;
        }

        @Override
        public Map<String, Object> write(Ia3Config config, ModelShape model) {
            Map<String, Object> entries = new LinkedHashMap<>();
            entries.put("target_modules", AdapterEntries.entry(config.targetModules()));
            entries.put("feedforward_modules", AdapterEntries.entry(config.feedforwardModules()));
            entries.put("exclude_modules", null);
            entries.put("fan_in_fan_out", false);
            entries.put("init_ia3_weights", true);
            entries.put("modules_to_save", null);
            return entries;
        }

        @Override
        public Ia3Config read(Map<String, Object> file, ModelShape model) {
            AdapterEntries entries = AdapterEntries.of("ia3", file);
            entries.ignore("init_ia3_weights");
            return entries.read(() ->
                    new Ia3Config(entries.targets("target_modules"), entries.targets("feedforward_modules")));
        }
    }
}
